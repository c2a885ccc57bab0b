// Package ext is where others extend Traefik's dynamic configuration; Traefik's own, like this one, extends nothing.
package ext

type (
	HTTP   struct{}
	Router struct{}
)
