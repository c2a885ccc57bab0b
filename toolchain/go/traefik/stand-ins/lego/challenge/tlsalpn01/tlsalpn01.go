package tlsalpn01

import (
	"errors"
	"time"
)

const ACMETLS1Protocol = "acme-tls/1"

func ChallengeBlocks(string, string) ([]byte, []byte, error) { return nil, nil, errors.ErrUnsupported }

func SetDelay(time.Duration) any { return nil }
