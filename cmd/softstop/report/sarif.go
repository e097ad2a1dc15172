package report

import (
	"net/url"
	"path/filepath"

	"github.com/softstop/softstop/cmd/softstop/finding"
)

// sarif is a log of SARIF 2.1.0, as far as softstop has something to say.
type sarif struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool    sarifTool     `json:"tool"`
	Results []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Full says once for the whole run how to let softstop fix what it would fix.
	Full  *sarifText  `json:"fullDescription,omitempty"`
	Rules []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID      string             `json:"id"`
	Short   sarifText          `json:"shortDescription"`
	Full    sarifText          `json:"fullDescription"`
	Help    sarifText          `json:"help"`
	Default sarifConfiguration `json:"defaultConfiguration"`
}

type sarifConfiguration struct {
	Level finding.Level `json:"level"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	RuleIndex int             `json:"ruleIndex"`
	Level     finding.Level   `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

type sarifLocation struct {
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine int `json:"startLine"`
}

type sarifLogical struct {
	Name string `json:"fullyQualifiedName"`
}

// sarifOf makes the log of one run. SARIF's levels are called as finding's are.
func sarifOf(version string, pods []Pod) sarif {
	index := map[finding.ID]int{}
	run := sarifRun{Tool: sarifTool{sarifDriver{Name: "softstop", Version: version}}, Results: []sarifResult{}}
	if text := optIn(pods); text != "" {
		run.Tool.Driver.Full = &sarifText{text}
	}
	for i, kind := range finding.Kinds() {
		index[kind.ID] = i
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{
			ID: string(kind.ID), Short: sarifText{kind.What}, Full: sarifText{kind.What + ": " + kind.Why}, Help: sarifText{kind.Fix}, Default: sarifConfiguration{kind.Level},
		})
	}
	for _, pod := range pods {
		for _, f := range pod.Findings {
			run.Results = append(run.Results, sarifResult{
				RuleID: string(f.ID), RuleIndex: index[f.ID], Level: f.Level, Message: sarifText{message(f.Finding)},
				Locations: []sarifLocation{{
					Physical: sarifPhysical{sarifArtifact{(&url.URL{Path: filepath.ToSlash(pod.File)}).String()}, sarifRegion{max(f.Line, 1)}},
					Logical:  []sarifLogical{{pod.Object}},
				}},
			})
		}
	}
	return sarif{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}}
}
