package cri

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	runtime "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// budget is how long the runtime has for an answer, while a container waits.
const budget = 500 * time.Millisecond

// Images is a runtime's image service.
type Images struct{ client runtime.ImageServiceClient }

// Open prepares to ask the runtime that listens on a Unix socket. It connects when it asks.
func Open(socket string) (*Images, error) {
	connection, err := grpc.NewClient("unix://"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, fmt.Errorf("open the runtime's socket %s: %w", socket, err)
	}
	return &Images{runtime.NewImageServiceClient(connection)}, nil
}

// StopSignal returns the stop signal of an image that the runtime has; empty for an image that names none.
func (i *Images) StopSignal(ctx context.Context, image string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, budget)
	defer cancel()
	answer, err := i.client.ImageStatus(ctx, &runtime.ImageStatusRequest{Image: &runtime.ImageSpec{Image: image}, Verbose: true})
	if err != nil {
		return "", fmt.Errorf("ask the runtime about image %s: %w", image, err)
	}
	signal, err := stopSignal(answer.GetInfo()["info"])
	if err != nil {
		return "", fmt.Errorf("read the runtime's answer about image %s: %w", image, err)
	}
	return signal, nil
}

// stopSignal reads what runtimes tell of an image: JSON with the image's own configuration in imageSpec.
func stopSignal(info string) (string, error) {
	var told struct {
		ImageSpec *struct {
			Config struct{ StopSignal string } `json:"config"`
		} `json:"imageSpec"`
	}
	if err := json.Unmarshal([]byte(info), &told); err != nil {
		return "", err
	}
	if told.ImageSpec == nil {
		return "", errors.New("it has no imageSpec")
	}
	return told.ImageSpec.Config.StopSignal, nil
}
