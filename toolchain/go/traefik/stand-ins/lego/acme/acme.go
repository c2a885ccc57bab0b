// Package acme stands in, with its neighbours, for the ACME client: it brings the libraries of 180 DNS services along, of
// which some are in no module mirror. A gateway is given its certificates; asking for one ends with an error.
package acme

type Account struct{}

type ExtendedAccount struct {
	Account
	Location string
}
