# Three images from one build, each static binaries and nothing else:
#
#   docker build --target init    -t IMAGE .    the carrier of softstop-init
#   docker build --target webhook -t IMAGE .    the webhook
#   docker build --target node    -t IMAGE .    the nodes' plugin, with softstop-init
#
# The build runs on the builder's own platform and cross-compiles, so that other
# platforms (--platform linux/amd64,linux/arm64) need no emulation.
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
ARG TARGETOS=linux
ARG TARGETARCH
ARG VERSION=devel
WORKDIR /src
COPY . .
ENV CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH VERSION=$VERSION

FROM build AS build-init
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    sh cmd/softstop-init/build.sh /out/softstop-init

FROM build AS build-webhook
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    go build -trimpath -buildvcs=false -ldflags="-s -w -X github.com/softstop/softstop/initbin.Version=$VERSION" -o /out/softstop-webhook ./cmd/softstop-webhook

FROM build AS build-node
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    go build -trimpath -buildvcs=false -ldflags="-s -w -X github.com/softstop/softstop/initbin.Version=$VERSION" -o /out/softstop-node ./cmd/softstop-node

FROM scratch AS node
COPY --from=build-init /out/softstop-init /softstop-init
COPY --from=build-node /out/softstop-node /softstop-node
ENTRYPOINT ["/softstop-node"]

FROM scratch AS init
COPY --from=build-init /out/softstop-init /softstop-init
USER 65532:65532
ENTRYPOINT ["/softstop-init"]

FROM scratch AS webhook
COPY --from=build-webhook /out/softstop-webhook /softstop-webhook
USER 65532:65532
ENTRYPOINT ["/softstop-webhook"]
