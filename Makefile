# A thin list of the commands; each one works without make.
.PHONY: run test check long generate lint build

run: ## the product with sample data on http://127.0.0.1:8080
	go run ./cmd/seaportal serve --demo

test: ## every test that this machine can run
	go test ./...

check: ## exactly what CI runs
	.ci/run

long: ## what takes longer
	.ci/long

generate: ## views from their .templ files
	go tool templ generate

lint:
	.ci/lint

build: ## one static binary
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o seaportal ./cmd/seaportal
