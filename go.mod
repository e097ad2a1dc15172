module github.com/softstop/softstop

go 1.26.0
