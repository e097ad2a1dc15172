package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/softstop/softstop/cmd/softstop/survey"
	"github.com/softstop/softstop/initbin"
)

// connection are the flags that say which cluster, as everywhere around Kubernetes.
type connection struct {
	rules     *clientcmd.ClientConfigLoadingRules
	overrides *clientcmd.ConfigOverrides
}

func (c *connection) flags(cmd *cobra.Command) {
	c.rules, c.overrides = clientcmd.NewDefaultClientConfigLoadingRules(), &clientcmd.ConfigOverrides{}
	cmd.Flags().StringVar(&c.rules.ExplicitPath, "kubeconfig", "", "`file` with the clusters; none means $KUBECONFIG, else ~/.kube/config")
	clientcmd.BindOverrideFlags(c.overrides, cmd.Flags(), clientcmd.RecommendedConfigOverrideFlags(""))
	// The flags are defined above, which is the only way these can fail.
	_ = cmd.RegisterFlagCompletionFunc("context", c.completeContexts)
	_ = cmd.RegisterFlagCompletionFunc("namespace", c.completeNamespaces)
}

func (c *connection) config() clientcmd.ClientConfig {
	return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(c.rules, c.overrides)
}

// open returns the cluster and the namespace that the context names.
func (c *connection) open() (cluster survey.Cluster, namespace string, err error) {
	settings, err := c.config().ClientConfig()
	if err != nil {
		return cluster, "", fmt.Errorf("read kubeconfig: %w", err)
	}
	// Twenty times what a controller gets: this runs once, and somebody waits for it.
	settings.QPS, settings.Burst, settings.UserAgent = 100, 200, "softstop/"+initbin.Version
	if namespace, _, err = c.config().Namespace(); err != nil {
		return cluster, "", fmt.Errorf("read kubeconfig: %w", err)
	}
	if cluster.Typed, err = kubernetes.NewForConfig(settings); err != nil {
		return cluster, "", fmt.Errorf("connect to %s: %w", settings.Host, err)
	}
	if cluster.Metadata, err = metadata.NewForConfig(settings); err != nil {
		return cluster, "", fmt.Errorf("connect to %s: %w", settings.Host, err)
	}
	return cluster, namespace, nil
}

// patience is how long a completion waits for a cluster: somebody is at the keyboard.
const patience = 2 * time.Second

func (c *connection) completeContexts(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	raw, err := c.config().RawConfig()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for name := range raw.Contexts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, cobra.ShellCompDirectiveNoFileComp
}

func (c *connection) completeNamespaces(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	cluster, _, err := c.open()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	list, err := cluster.Typed.CoreV1().Namespaces().List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for i := range list.Items {
		names = append(names, list.Items[i].Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
