// Package auth stands in for a fork that is in no module mirror. It lets nobody in: a gateway leaves it to the store who
// may do what.
package auth

import "net/http"

type SecretProvider func(user, realm string) string

type BasicAuth struct {
	Realm   string
	Secrets SecretProvider
}

type DigestAuth struct{}

func NewDigestAuthenticator(string, SecretProvider) *DigestAuth { return &DigestAuth{} }

func CheckSecret(string, string) bool { return false }

func DigestAuthParams(string) map[string]string { return nil }

func (*BasicAuth) RequireAuth(w http.ResponseWriter, _ *http.Request) { refuse(w) }

func (*DigestAuth) CheckAuth(*http.Request) (string, *string) { return "", nil }

func (*DigestAuth) RequireAuth(w http.ResponseWriter, _ *http.Request) { refuse(w) }

func (*DigestAuth) RequireAuthStale(w http.ResponseWriter, _ *http.Request) { refuse(w) }

func refuse(w http.ResponseWriter) { http.Error(w, "Unauthorized", http.StatusUnauthorized) }
