module github.com/softstop/softstop/e2e/chart/crds

go 1.26.0

require github.com/prometheus-operator/prometheus-operator v0.85.0
