package lego

import (
	"crypto/x509"
	"errors"
	"net/http"

	"github.com/go-acme/lego/v5/certificate"
	"github.com/go-acme/lego/v5/challenge"
	"github.com/go-acme/lego/v5/registration"
)

const DirectoryURLLetsEncrypt = ""

type Config struct {
	CADirURL    string
	UserAgent   string
	HTTPClient  *http.Client
	Certificate certificate.Options
}

type Client struct {
	Certificate  *certificate.Certifier
	Challenge    *challenge.Manager
	Registration *registration.Registrar
}

func NewConfig(any) *Config { return &Config{} }

func NewClient(*Config) (*Client, error) { return nil, errors.ErrUnsupported }

func CreateCertPool([]string, bool) (*x509.CertPool, error) { return nil, errors.ErrUnsupported }
