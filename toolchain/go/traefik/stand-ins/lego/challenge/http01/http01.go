package http01

import "time"

const PathPrefix = "/.well-known/acme-challenge/"

func SetDelay(time.Duration) any { return nil }
