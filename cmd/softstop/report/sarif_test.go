package report_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"github.com/softstop/softstop/cmd/softstop/finding"
	"github.com/softstop/softstop/cmd/softstop/report"
)

// TestSARIF holds that the log has only properties of SARIF 2.1.0, as a library that is
// made from its schema knows them, and that results and rules fit.
func TestSARIF(t *testing.T) {
	found := report.Pod{File: "a b:c.yaml", Line: 1, Object: "Pod a", Findings: []report.Located{
		{Finding: finding.Finding{ID: finding.NoDrain, Level: finding.Warning, Container: "app", What: "what", Fix: "fix"}, Line: 7},
		{Finding: finding.Finding{ID: finding.ScriptPID1, Level: finding.Note, What: "what", Fix: "fix", Fixed: true}},
	}}
	for _, pods := range [][]report.Pod{nil, {found}} {
		var out bytes.Buffer
		if err := report.Write(&out, "sarif", "v1", report.Report{Pods: pods}); err != nil {
			t.Fatal(err)
		}
		var log sarif.Report
		decoder := json.NewDecoder(&out)
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&log); err != nil {
			t.Fatal(err)
		}
		if full := log.Runs[0].Tool.Driver.FullDescription; (full != nil) != (pods != nil) {
			t.Errorf("%d pods: what softstop would fix is said to be %v", len(pods), full)
		}
		if rules := log.Runs[0].Tool.Driver.Rules; len(rules) != len(finding.Kinds()) {
			t.Errorf("%d rules", len(rules))
		}
		for _, result := range log.Runs[0].Results {
			if rule := log.Runs[0].Tool.Driver.Rules[result.RuleIndex]; *rule.ID != *result.RuleID || *result.Locations[0].PhysicalLocation.Region.StartLine < 1 {
				t.Errorf("%+v", result)
			}
		}
	}
}
