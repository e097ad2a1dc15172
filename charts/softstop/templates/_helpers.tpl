{{/* The name of everything in the namespace. */}}
{{- define "softstop.name" -}}
{{- printf "%s-webhook" (.Release.Name | trunc 55 | trimSuffix "-") -}}
{{- end -}}

{{/* The name of what is not in a namespace: two releases must not share it. */}}
{{- define "softstop.clusterName" -}}
{{- if eq .Release.Name .Release.Namespace -}}{{ .Release.Name }}{{- else -}}{{ printf "%s-%s" .Release.Namespace .Release.Name }}{{- end -}}
{{- end -}}

{{- define "softstop.selector" -}}
app.kubernetes.io/name: softstop
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: webhook
{{- end -}}

{{/* The name of what runs on every node. */}}
{{- define "softstop.nodeName" -}}
{{- printf "%s-node" (.Release.Name | trunc 55 | trimSuffix "-") -}}
{{- end -}}

{{- define "softstop.nodeSelector" -}}
app.kubernetes.io/name: softstop
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: node
{{- end -}}

{{- define "softstop.nodeLabels" -}}
{{ include "softstop.nodeSelector" . }}
{{ include "softstop.releaseLabels" . }}
{{- end -}}

{{- define "softstop.labels" -}}
{{ include "softstop.selector" . }}
{{ include "softstop.releaseLabels" . }}
{{- end -}}

{{/* What is not the webhook itself, such as helm test's pod, must not match its selector. */}}
{{- define "softstop.releaseLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/*
A container's image. The release writes into the chart's annotation artifacthub.io/images which
digest each of its images has. They are not values: helm upgrade --reuse-values would hold on to
those of the release before.
*/}}
{{- define "softstop.image" -}}
{{- $repository := .image.repository -}}
{{- $reference := printf "%s:%s" $repository (.image.tag | default .chart.AppVersion) -}}
{{- if .image.digest -}}
{{- $reference = printf "%s@%s" $repository .image.digest -}}
{{- else if not .image.tag -}}
{{- range fromYamlArray (index .chart.Annotations "artifacthub.io/images") -}}
{{- if hasPrefix (printf "%s@" $repository) .image -}}{{- $reference = .image -}}{{- end -}}
{{- end -}}
{{- end -}}
{{ $reference }}
{{- end -}}

{{/* Where the serving certificate is, or where the webhook keeps its own authorities. */}}
{{- define "softstop.certificateSecret" -}}
{{- if eq .Values.certificates.mode "secret" -}}
{{ .Values.certificates.secret.name }}
{{- else if eq .Values.certificates.mode "certManager" -}}
{{- /* Not that of the mode own: a Secret that somebody else has made is not Helm's. */ -}}
{{ include "softstop.name" . }}-certificate
{{- else -}}
{{ include "softstop.name" . }}-tls
{{- end -}}
{{- end -}}

{{/* What the API server calls the webhook. */}}
{{- define "softstop.dnsName" -}}
{{ include "softstop.name" . }}.{{ .Release.Namespace }}.svc
{{- end -}}
