package lookup

import (
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// authorities returns the certificates of the authorities that registries are trusted
// by: the public ones and those at path, a file or a folder of files in PEM.
func authorities(path string) (*x509.CertPool, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("find the public authorities: %w", err)
	}
	if path == "" {
		return pool, nil
	}
	files, err := Files(path)
	if err != nil {
		return nil, fmt.Errorf("registry authorities: %w", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("registry authorities: %w", err)
		}
		if !pool.AppendCertsFromPEM(data) {
			return nil, fmt.Errorf("registry authorities: %q has no certificate in PEM", file)
		}
	}
	return pool, nil
}

// Files returns the files that path stands for: itself, or those of a folder without
// the hidden ones, by which a mounted ConfigMap is switched.
func Files(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), ".") {
			files = append(files, filepath.Join(path, entry.Name()))
		}
	}
	return files, nil
}
