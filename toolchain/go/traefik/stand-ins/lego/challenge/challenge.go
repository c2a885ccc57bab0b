package challenge

import (
	"context"
	"errors"
)

type Provider interface {
	Present(ctx context.Context, domain, token, keyAuth string) error
	CleanUp(ctx context.Context, domain, token, keyAuth string) error
}

type Manager struct{}

func (*Manager) SetDNS01Provider(Provider, ...any) error { return errors.ErrUnsupported }

func (*Manager) SetHTTP01Provider(Provider, ...any) error { return errors.ErrUnsupported }

func (*Manager) SetTLSALPN01Provider(Provider, ...any) error { return errors.ErrUnsupported }
