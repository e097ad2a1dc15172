//go:build linux

package node

// component is one program of the node.
type component struct {
	name string
	args []string
	// needs are the conditions that must hold before it starts.
	needs []condition
}

// condition is something the boot waits for.
type condition string

const (
	runtimeAnswers  condition = "containerd answers on its socket"
	databaseAnswers condition = "etcd is healthy"
	apiAnswers      condition = "the API server is ready"
	nodeIsReady     condition = "the node is ready"
	accountsExist   condition = "the default service account exists"
)

// components lists the node's programs in starting order. The controller manager and the scheduler exit, rather than wait, when the
// API server is not there yet; the kubelet does when containerd is not.
func components(s spec) []component {
	return []component{
		{name: "containerd", args: []string{"--config", s.conf() + "/containerd.toml"}},
		{name: "etcd", args: []string{
			"--data-dir=" + s.State + "/etcd", "--unsafe-no-fsync",
			"--listen-client-urls=http://" + etcdAddress, "--advertise-client-urls=http://" + etcdAddress,
			"--listen-peer-urls=http://127.0.0.1:0", "--log-level=warn",
		}},
		{name: "kube-apiserver", args: apiserverArgs(s), needs: []condition{databaseAnswers}},
		{name: "kube-controller-manager", needs: []condition{apiAnswers}, args: []string{
			"--kubeconfig=" + s.kubeconfigOf("system:kube-controller-manager"),
			"--service-account-private-key-file=" + s.pki() + "/serviceaccounts.key",
			"--root-ca-file=" + s.pki() + "/apiserver.crt", "--cert-dir=" + s.pki() + "/controller-manager",
			"--use-service-account-credentials", "--leader-elect=false",
		}},
		{name: "kube-scheduler", args: []string{
			"--kubeconfig=" + s.kubeconfigOf("system:kube-scheduler"), "--cert-dir=" + s.pki() + "/scheduler",
			"--leader-elect=false",
		}},
		{name: "kube-proxy", args: []string{
			"--kubeconfig=" + s.kubeconfigOf("system:kube-proxy"), "--hostname-override=" + Hostname,
			"--proxy-mode=nftables", "--conntrack-max-per-core=0", "--oom-score-adj=0",
			// Pods share one bridge: without this an answer takes the short way and is not recognised.
			"--masquerade-all",
		}},
		{name: "kubelet", needs: []condition{runtimeAnswers}, args: []string{
			"--kubeconfig=" + s.kubeconfigOf("system:node:"+Hostname), "--config=" + s.conf() + "/kubelet.yaml",
			"--hostname-override=" + Hostname, "--node-ip=" + nodeIP, "--cert-dir=" + s.pki() + "/kubelet",
		}},
	}
}

func apiserverArgs(s spec) []string {
	return []string{
		"--etcd-servers=http://" + etcdAddress, "--advertise-address=" + nodeIP, "--bind-address=" + nodeIP,
		"--cert-dir=" + s.pki(), "--service-cluster-ip-range=" + serviceNet,
		"--token-auth-file=" + s.pki() + "/tokens.csv", "--authorization-mode=Node,RBAC",
		"--enable-admission-plugins=NodeRestriction", "--allow-privileged",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + s.pki() + "/serviceaccounts.key",
		"--service-account-signing-key-file=" + s.pki() + "/serviceaccounts.key",
		"--kubelet-preferred-address-types=InternalIP",
		// A webhook is called at its endpoints, even while kube-proxy is still writing its rules.
		"--enable-aggregator-routing",
	}
}
