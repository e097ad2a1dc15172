{{/* The webhook's command line. */}}
{{- define "softstop.args" -}}
- --config=/etc/softstop/config.yaml
- --namespace={{ .Release.Namespace }}
- --service={{ include "softstop.name" . }}
{{- if eq .Values.certificates.mode "own" }}
- --secret={{ include "softstop.certificateSecret" . }}
- --webhook-configuration={{ include "softstop.clusterName" . }}
- --certificate-rotation={{ .Values.certificates.own.rotation }}
{{- else }}
- --certificate-folder=/etc/softstop-certificate
{{- end }}
- --tls-min-version={{ .Values.tls.minVersion }}
{{- if .Values.tls.clientCAConfigMap }}
- --client-ca=/etc/softstop-client-ca/ca.crt
{{- with .Values.tls.clientNames }}
- --client-names={{ join "," . }}
{{- end }}
{{- end }}
- --port={{ .Values.ports.webhook }}
- --metrics-address=:{{ .Values.ports.metrics }}
- --probe-address=:{{ .Values.ports.probes }}
- --events={{ .Values.events.enabled }}
- --stop-reports={{ .Values.stopReports.enabled }}
{{- if .Values.node.enabled }}
- --node-plugins
{{- end }}
- --log-level={{ .Values.logLevel }}
{{- end -}}

{{/* Its environment, or nothing. */}}
{{- define "softstop.env" -}}
{{- if dig "limits" "memory" "" .Values.resources }}
- name: SOFTSTOP_MEMORY_LIMIT
  valueFrom:
    resourceFieldRef:
      resource: limits.memory
{{- end }}
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- end -}}
