package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"gomodules.xyz/jsonpatch/v2"

	"github.com/softstop/softstop/cmd/softstop/manifest"
	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/webhook"
)

// input are the flags that say what to look at and under which circumstances.
type input struct {
	file      string
	config    string
	initImage string
	old       bool
}

func (in *input) flags(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&in.file, "filename", "f", "", "manifest `file`, - for standard input")
	cmd.Flags().StringVar(&in.config, "config", "", "the cluster's configuration `file`; none means built-in values")
	cmd.Flags().StringVar(&in.initImage, "init-image", "", "the init's `image`, if the configuration does not say")
	cmd.Flags().BoolVar(&in.old, "old-kubelets", false, "there are kubelets older than 1.30, without preStop.sleep")
	if err := cmd.MarkFlagRequired("filename"); err != nil {
		panic(err) // the flag is defined four lines above
	}
}

// outcome is what the engine says about one pod of a manifest.
type outcome struct {
	template   manifest.Template
	facts      webhook.Facts
	plan       webhook.Plan
	operations []jsonpatch.Operation
}

// read reads the manifest and asks the engine about each of its pods.
func (in *input) read(cmd *cobra.Command) (*manifest.File, []outcome, error) {
	data, err := in.open(cmd)
	if err != nil {
		return nil, nil, err
	}
	file, err := manifest.Parse(data)
	if err != nil {
		return nil, nil, fmt.Errorf("read %q: %w", in.file, err)
	}
	settings := config.Default()
	if in.config != "" {
		if settings, err = config.Load(in.config); err != nil {
			return nil, nil, err
		}
	}
	if in.initImage != "" {
		settings.InitImage = in.initImage
	}
	var outcomes []outcome
	for _, template := range file.Templates() {
		o := outcome{template: template, facts: webhook.Facts{
			Config: settings, OwnerKind: template.OwnerKind, Requested: true, Version: initbin.Version,
			Nodes:     webhook.Nodes{SleepAction: !in.old},
			Namespace: file.Namespace(template.Pod.Namespace),
		}}
		o.plan, o.operations = webhook.Inject(template.Pod, o.facts)
		outcomes = append(outcomes, o)
	}
	return file, outcomes, nil
}

func (in *input) open(cmd *cobra.Command) ([]byte, error) {
	if in.file == "-" {
		data, err := io.ReadAll(cmd.InOrStdin())
		if err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
		return data, nil
	}
	data, err := os.ReadFile(in.file)
	if err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	return data, nil
}
