//go:build linux

package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// archives packs the people's tool for each system as package managers take it: the program under
// its plain name, and the licence.
func (r release) archives(context.Context) error {
	for _, p := range r.tools() {
		write := writeTarGz
		if p.system == "windows" {
			write = writeZip
		}
		files := []packed{
			{p.plain(), filepath.Join(r.out, p.file()), 0o755},
			{"LICENSE", filepath.Join(r.root, "LICENSE"), 0o644},
		}
		if err := r.archive(p, files, write); err != nil {
			return fmt.Errorf("pack %s: %w", p.archive(), err)
		}
	}
	fmt.Fprintln(r.progress, "  packed the people's tool")
	return nil
}

// archive is the name of the file that a program is packed into.
func (p program) archive() string {
	if p.system == "windows" {
		return p.name + "-" + p.system + "-" + p.architecture + ".zip"
	}
	return p.file() + ".tar.gz"
}

// packed is a file in an archive, from where its content is, and its mode.
type packed struct {
	name, from string
	mode       int64
}

func (r release) archive(p program, files []packed, write func(io.Writer, []packed) error) error {
	f, err := os.Create(filepath.Join(r.out, p.archive()))
	if err != nil {
		return err
	}
	return errors.Join(write(f, files), f.Close())
}

// writeTarGz and writeZip write nothing of when, by whom and where.
func writeTarGz(to io.Writer, files []packed) error {
	compressed := gzip.NewWriter(to)
	out := tar.NewWriter(compressed)
	for _, file := range files {
		content, err := os.ReadFile(file.from)
		if err != nil {
			return err
		}
		h := &tar.Header{Name: file.name, Typeflag: tar.TypeReg, Mode: file.mode, Size: int64(len(content)), ModTime: time.Unix(0, 0)}
		if err := out.WriteHeader(h); err != nil {
			return err
		}
		if _, err := out.Write(content); err != nil {
			return err
		}
	}
	return errors.Join(out.Close(), compressed.Close())
}

func writeZip(to io.Writer, files []packed) error {
	out := zip.NewWriter(to)
	for _, file := range files {
		content, err := os.ReadFile(file.from)
		if err != nil {
			return err
		}
		w, err := out.CreateHeader(&zip.FileHeader{Name: file.name, Method: zip.Deflate})
		if err != nil {
			return err
		}
		if _, err := w.Write(content); err != nil {
			return err
		}
	}
	return out.Close()
}
