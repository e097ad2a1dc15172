package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/spf13/cobra"
	"gomodules.xyz/jsonpatch/v2"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/softstop/softstop/cmd/softstop/finding"
	"github.com/softstop/softstop/cmd/softstop/manifest"
	"github.com/softstop/softstop/cmd/softstop/parallel"
	"github.com/softstop/softstop/config"
	"github.com/softstop/softstop/initbin"
	"github.com/softstop/softstop/webhook/inject"
	"github.com/softstop/softstop/webhook/lookup"
)

// input are the flags that say what to look at.
type input struct {
	files     []string
	recursive bool
	strict    bool
	namespace string

	unread unread
}

func (in *input) flags(cmd *cobra.Command) {
	cmd.Args = noArguments
	flags := cmd.Flags()
	flags.StringArrayVarP(&in.files, "filename", "f", nil, "manifest `file` or folder, - for standard input; can be repeated")
	flags.BoolVarP(&in.recursive, "recursive", "R", false, "also the folders in the folders given with -f")
	flags.BoolVar(&in.strict, "strict", false, "fail if a manifest in a folder cannot be read, as if it had been named")
	flags.StringVarP(&in.namespace, "namespace", "n", "", "the `namespace` of objects that do not name theirs")
	// Both flags are defined above, which is the only way these can fail.
	_ = cmd.MarkFlagRequired("filename")
	_ = cmd.MarkFlagFilename("filename", "yaml", "yml", "json")
}

// read reads the manifests, and lists on standard error what of them could not be read. The error
// is errUnread if that is everything. A command that goes on ends with end.
func (in *input) read(cmd *cobra.Command) ([]*manifest.File, error) {
	if err := checkNamespace(in.namespace); err != nil {
		return nil, err
	}
	in.unread = unread{inFolder: map[string]bool{}, strict: in.strict, command: cmd.CommandPath()}
	sources, closed, err := expand(in.files, in.recursive)
	if err != nil {
		in.unread.errs = append(in.unread.errs, err)
	}
	in.unread.found = closed
	var files []*manifest.File
	pods, objects := 0, 0
	patches := patchesAmong(sources)
	parsed, errs := parseAll(cmd, sources)
	for i, from := range sources {
		if errs[i] != nil && from.found {
			in.unread.add(from.path, true, unreadable(from.path, errs[i]))
			continue
		}
		if errs[i] != nil {
			in.unread.errs = append(in.unread.errs, errs[i])
			continue
		}
		file := parsed[i]
		in.settle(file, from, patches[from.path])
		pods, objects = pods+len(file.Templates), objects+file.Objects()
		if !from.found || file.Objects()+len(file.Templates) > 0 {
			files = append(files, file)
		}
	}
	in.unread.tell(cmd.ErrOrStderr())
	switch {
	case in.unread.failed() && objects+pods == 0:
		return nil, errUnread
	case pods == 0 && len(in.unread.named)+len(in.unread.found) == 0:
		fmt.Fprintf(cmd.ErrOrStderr(), "softstop: there are no pods in %s\n", in.names())
	case pods == 0:
		fmt.Fprintf(cmd.ErrOrStderr(), "softstop: no pods were found in %s\n", in.names())
	}
	return files, nil
}

// names are what was given with -f, for people.
func (in *input) names() string {
	names := slices.Clone(in.files)
	for i := range names {
		if names[i] == standardInput {
			names[i] = standardInputName
		}
	}
	return strings.Join(names, ", ")
}

// manifests are those of files whose text is to be printed: not what was found in a folder and has
// objects in it without being one.
func (in *input) manifests(files []*manifest.File) []*manifest.File {
	return slices.DeleteFunc(slices.Clone(files), func(f *manifest.File) bool { return f.Objects() == 0 && in.unread.inFolder[f.Name] })
}

// parseAll reads the files, each with its error.
func parseAll(cmd *cobra.Command, sources []source) ([]*manifest.File, []error) {
	files, errs := make([]*manifest.File, len(sources)), make([]error, len(sources))
	parallel.Each(sources, func(i int, from source) {
		name, data, err := load(cmd, from.path)
		switch errs[i] = err; {
		case err != nil:
		case from.other:
			files[i] = manifest.Other(name, data)
		default:
			files[i] = manifest.Parse(name, data)
		}
	})
	return files, errs
}

// settle gives the pods of a file their namespace, and keeps what of it was not looked at.
func (in *input) settle(file *manifest.File, from source, isPatch bool) {
	for i := range file.Templates {
		t := &file.Templates[i]
		t.Namespace = cmp.Or(t.Namespace, in.namespace)
		t.Pod.Namespace = t.Namespace
	}
	if from.found {
		file.Sift(isPatch)
	}
	in.unread.add(file.Name, from.found, file.Unread...)
}

// end is the error that a command ends with that has done with what could be read, and came to
// result.
func (in *input) end(result error) error {
	if (result == nil || errors.Is(result, errFound)) && in.unread.failed() {
		return errUnread
	}
	return result
}

// patchesAmong returns the files that kustomizations among those that were found use as patches.
func patchesAmong(sources []source) map[string]bool {
	patches := map[string]bool{}
	for _, from := range sources {
		if !from.found || !manifest.IsKustomization(from.path) {
			continue
		}
		// What cannot be read is reported where all files are.
		data, _ := os.ReadFile(from.path)
		for _, patch := range manifest.Patches(from.path, data) {
			patches[patch] = true
		}
	}
	return patches
}

// checkNamespace checks a value of --namespace; empty is none.
func checkNamespace(namespace string) error {
	if namespace != "" && len(validation.IsDNS1123Label(namespace)) > 0 {
		return fmt.Errorf("--namespace %q: must be a name such as shop-1: up to 63 small letters, digits and dashes", namespace)
	}
	return nil
}

// circumstances are the flags that say where the pods will live.
type circumstances struct {
	config    string
	initImage string
	old       bool
	registry  bool
}

func (c *circumstances) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&c.config, "config", "", "the cluster's configuration `file`; none means built-in values")
	flags.StringVar(&c.initImage, "init-image", "", "the init's `image`, if the configuration does not say")
	flags.BoolVar(&c.old, "old-kubelets", false, "there are kubelets older than 1.30, without preStop.sleep")
	flags.BoolVar(&c.registry, "registry", false, "ask registries what images run, as the webhook does")
	_ = cmd.MarkFlagFilename("config", "yaml", "yml") // the flag is defined above
}

// facts are what holds for every pod.
func (c *circumstances) facts() (inject.Facts, error) {
	settings := config.Default()
	if c.config != "" {
		var err error
		if settings, err = config.Load(c.config); err != nil {
			return inject.Facts{}, err
		}
	}
	if c.initImage != "" {
		if _, err := name.ParseReference(c.initImage); err != nil {
			return inject.Facts{}, fmt.Errorf("--init-image %q: must be an image such as registry.example/softstop-init:1", c.initImage)
		}
		settings.InitImage = c.initImage
	}
	return inject.Facts{Config: settings, Version: initbin.Version, Nodes: inject.Nodes{SleepAction: !c.old}}, nil
}

// outcome is what the engine says about one pod of a manifest.
type outcome struct {
	manifest.Template
	facts      inject.Facts
	plan       inject.Plan
	operations []jsonpatch.Operation
}

// warnings are what the person who wrote the pod should hear, a sentence each.
func (o *outcome) warnings() (all []string) {
	for _, warning := range o.plan.Warnings {
		all = append(all, warning.Text)
	}
	if o.Refused != "" {
		all = append(all, "inject leaves it as it is: "+o.Refused)
	}
	for _, key := range o.Mistyped {
		f := finding.MistypedKey(key.Key, key.Meant, key.Path)
		all = append(all, strings.Join(key.Path, ".")+": "+f.What)
	}
	for _, stray := range o.Strays {
		f := finding.Stray(stray.Key, stray.Where, stray.Meant)
		all = append(all, f.What+"; "+f.Fix)
	}
	return all
}

// outcomes asks the engine about each pod, as if its owner had asked for it.
func (c *circumstances) outcomes(ctx context.Context, files []*manifest.File) ([]outcome, error) {
	common, err := c.facts()
	if err != nil {
		return nil, err
	}
	var images *lookup.Finder
	if c.registry {
		if images, err = lookup.New(common.Config.Registry, lookup.Around{}); err != nil {
			return nil, fmt.Errorf("prepare to ask registries: %w", err)
		}
	}
	namespaces := map[string]inject.Namespace{}
	for _, file := range files {
		for name, namespace := range file.Namespaces {
			namespaces[name] = namespace
		}
	}
	var all []outcome
	for _, file := range files {
		for _, template := range file.Templates {
			all = append(all, outcome{Template: template, facts: common})
		}
	}
	parallel.Each(all, func(i int, _ outcome) { all[i].ask(ctx, images, namespaces) })
	return all, nil
}

// ask asks the engine about one pod, and registries for what it runs if there are images.
func (o *outcome) ask(ctx context.Context, images *lookup.Finder, namespaces map[string]inject.Namespace) {
	o.facts.OwnerKind, o.facts.Requested = o.Template.OwnerKind, true
	o.facts.Namespace = inject.Namespace{Name: o.Namespace}
	if found, ok := namespaces[o.Namespace]; ok {
		o.facts.Namespace = found
	}
	opened := inject.Open(o.Pod, o.facts)
	if wanted := opened.Wanted(); images != nil && len(wanted) > 0 {
		o.facts.Images = images.Ask(ctx, o.Pod, wanted, nil)
	}
	o.plan, o.operations = opened.Inject(o.facts.Images)
}

// format is the value of --output.
type format struct{ value string }

// flag adds --output with what is allowed, the default first.
func (f *format) flag(cmd *cobra.Command, usage string, allowed ...string) {
	cmd.Flags().StringVarP(&f.value, "output", "o", allowed[0], usage)
	// The flag is defined above, which is the only way this can fail.
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(allowed, cobra.ShellCompDirectiveNoFileComp))
	cmd.PreRunE = func(*cobra.Command, []string) error {
		if !slices.Contains(allowed, f.value) {
			last := len(allowed) - 1
			return fmt.Errorf("--output %q: must be %s or %s", f.value, strings.Join(allowed[:last], ", "), allowed[last])
		}
		return nil
	}
}
