class Softstop < Formula
  desc "Find and mend Kubernetes pods that do not stop well"
  homepage "https://github.com/softstop/softstop"
  version "{{ .Plain }}"
  license "Apache-2.0"
{{ range .Archives }}{{ if ne .System "windows" }}
  on_{{ if eq .System "darwin" }}macos{{ else }}linux{{ end }} do
    on_{{ if eq .Architecture "arm64" }}arm{{ else }}intel{{ end }} do
      url "{{ $.URL }}/{{ .File }}"
      sha256 "{{ .Sum }}"
    end
  end
{{ end }}{{ end }}
  def install
    bin.install "softstop"
    bin.install_symlink "softstop" => "kubectl-softstop"
    generate_completions_from_executable(bin/"softstop", "completion")
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/softstop version")
  end
end
