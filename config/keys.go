package config

// The keys softstop reads and writes on Kubernetes objects.
const (
	// Prefix starts every annotation and label of softstop.
	Prefix = "softstop.dev/"
	// InjectKey opts in or out: a label with enabled or disabled on a namespace, an
	// annotation with "true" or "false" on a pod.
	InjectKey = Prefix + "inject"
	// StatusKey is the annotation in which the webhook records what it did, as JSON.
	StatusKey = Prefix + "status"
	// InjectedKey is the label that an injected pod carries, with the value "true".
	InjectedKey = Prefix + "injected"
	// IgnoreKey is the annotation of workloads and pods with the findings of softstop check that
	// somebody has decided to live with. It changes nothing about the pod.
	IgnoreKey = Prefix + "ignore"
)

// Values of InjectKey on a namespace.
const (
	InjectEnabled  = "enabled"
	InjectDisabled = "disabled"
)

// Mode says what happens to pods about which neither pod nor namespace says anything.
type Mode string

const (
	// OptIn leaves such pods alone.
	OptIn Mode = "optIn"
	// OptOut injects them.
	OptOut Mode = "optOut"
)

// FieldInject stands for InjectKey where fields are locked. It is no setting: who is
// injected is the subject of Consent.
const FieldInject Field = "inject"

// Carrier is how the init reaches a pod.
type Carrier string

const (
	// CarrierEmptyDir is an emptyDir filled by an init container.
	CarrierEmptyDir Carrier = "emptyDir"
	// CarrierImage is an image volume: no copy, no extra container.
	CarrierImage Carrier = "image"
	// CarrierNode is a plugin of the node's container runtime: nothing is added to the pod.
	CarrierNode Carrier = "node"
	// CarrierAuto is the first of node, image and emptyDir that every node has which the pod
	// can land on.
	CarrierAuto Carrier = "auto"
)
