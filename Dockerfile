# One static binary on an empty image, run by a user without rights. All state is in /data.
FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /out/seaportal ./cmd/seaportal \
    && mkdir -p /out/data /out/tmp \
    && chmod 0700 /out/data \
    && chmod 1777 /out/tmp

FROM scratch
LABEL org.opencontainers.image.title="seaportal" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/seaportal /seaportal
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build /out/tmp /tmp
USER 65532:65532
# Both listeners refuse an address that others can reach unless they have a certificate, or SEA_INSECURE_LISTEN=true says that a proxy
# in front of the container speaks TLS.
ENV SEA_DATA_DIR=/data \
    SEA_LISTEN=0.0.0.0:8080 \
    SEA_S3_LISTEN=0.0.0.0:9000
EXPOSE 8080 9000
VOLUME ["/data"]
HEALTHCHECK --interval=15s --timeout=5s --retries=3 CMD ["/seaportal", "health"]
ENTRYPOINT ["/seaportal"]
CMD ["serve"]
