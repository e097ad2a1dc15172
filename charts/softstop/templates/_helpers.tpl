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

{{- define "softstop.labels" -}}
{{ include "softstop.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "softstop.image" -}}
{{ .image.repository }}:{{ .image.tag | default .appVersion }}
{{- end -}}
