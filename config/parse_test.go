package config_test

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/softstop/softstop/config"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestParse reads every file of testdata: valid-NAME.yaml is accepted, invalid-NAME.yaml
// refused with all that is in invalid-NAME.errors.
func TestParse(t *testing.T) {
	valid, _ := filepath.Glob("testdata/valid-*.yaml")
	invalid, _ := filepath.Glob("testdata/invalid-*.yaml")
	if len(valid) < 2 || len(invalid) < 2 {
		t.Fatalf("testdata has %v and %v", valid, invalid)
	}
	for _, file := range valid {
		if _, err := config.Load(file); err != nil {
			t.Error(err)
		}
	}
	for _, file := range invalid {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := config.Parse(data)
		if err == nil || !reflect.DeepEqual(c, config.Config{}) {
			t.Errorf("%s is accepted: %+v", file, c)
			continue
		}
		golden := strings.TrimSuffix(file, ".yaml") + ".errors"
		if *update {
			if err := os.WriteFile(golden, []byte(err.Error()+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if want, readErr := os.ReadFile(golden); readErr != nil || string(want) != err.Error()+"\n" {
			t.Errorf("%s: got\n%v\nwant (-update rewrites it; %v)\n%s", file, err, readErr, want)
		}
	}
}

// TestEverything: valid-everything.yaml really has every field, so that what is read
// can be compared with what is documented.
func TestEverything(t *testing.T) {
	c, err := config.Load("testdata/valid-everything.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c.Registry.Off = true // enabled: true says nothing
	var walk func(path string, v reflect.Value)
	walk = func(path string, v reflect.Value) {
		if v.Kind() == reflect.Struct && strings.HasPrefix(v.Type().Name(), "Setting[") {
			v = v.FieldByName("Source") // false is a value, too
		}
		if v.Kind() == reflect.Struct && v.NumField() > 0 && v.Type().PkgPath() == reflect.TypeFor[config.Config]().PkgPath() {
			for i := range v.NumField() {
				if name := v.Type().Field(i).Name; name != "Each" {
					walk(path+"."+name, v.Field(i))
				}
			}
			return
		}
		if v.IsZero() {
			t.Errorf("%s is not set", path)
		}
	}
	walk("Config", reflect.ValueOf(c))
	walk("Rule", reflect.ValueOf(c.Rules[0]).FieldByName("Labels"))
}

func TestLoadMissing(t *testing.T) {
	if _, err := config.Load("testdata/none.yaml"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
