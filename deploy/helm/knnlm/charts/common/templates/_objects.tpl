{{/* Objects that several services have. */}}

{{/* Of (list context properties): the file that Quarkus reads beside its own; .Values.settings wins. */}}
{{- define "knnlm.settings" -}}
{{- $context := index . 0 -}}
{{- $monitoring := $context.Values.global.monitoring -}}
{{- $common := dict -}}
{{- with $monitoring.traces }}{{ $_ := set $common "otel.exporter.otlp.endpoint" . }}{{ end -}}
{{- if $monitoring.jsonLogs }}{{ $_ := set $common "quarkus.log.console.json.enabled" "true" }}{{ end -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "knnlm.name" $context }}
  namespace: {{ $context.Release.Namespace }}
  labels:
    {{- include "knnlm.labels" $context | nindent 4 }}
data:
  application.properties: |
    {{- range $key, $value := merge (dict) $context.Values.settings (index . 1) $common }}
    {{ $key }}={{ $value }}
    {{- end }}
{{- end -}}

{{/* Of (list context port): a headless service; callers spread their requests over its pods themselves. */}}
{{- define "knnlm.service" -}}
{{- $context := index . 0 -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "knnlm.name" $context }}
  namespace: {{ $context.Release.Namespace }}
  labels:
    {{- include "knnlm.labels" $context | nindent 4 }}
spec:
  clusterIP: None
  selector:
    {{- include "knnlm.selector" $context | nindent 4 }}
  ports:
    - name: grpc
      port: {{ index . 1 }}
      targetPort: grpc
      {{- include "knnlm.grpcProtocol" $context | nindent 6 }}
    - name: http
      port: {{ sub (index . 1) 1000 }}
      targetPort: http
{{- end -}}

{{- define "knnlm.grpcProtocol" -}}
{{- if not .Values.global.tls.existingSecret -}}
appProtocol: kubernetes.io/h2c
{{- end }}
{{- end -}}

{{/* Of (list context secret): Stakater's Reloader, where a cluster has it, starts pods again one by one when a secret changes that
     they read at their start. */}}
{{- define "knnlm.reload" -}}
{{- $global := (index . 0).Values.global -}}
secret.reloader.stakater.com/reload: {{ list $global.access.existingSecret $global.tls.existingSecret (index . 1) | compact | join "," }}
{{- end -}}

{{- define "knnlm.disruptions" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "knnlm.name" . }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "knnlm.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "knnlm.selector" . | nindent 6 }}
{{- end -}}

{{/* Of (list context size class modes): a claim that outlives its release. */}}
{{- define "knnlm.claim" -}}
accessModes:
  {{- toYaml .accessModes | nindent 2 }}
{{- with .storageClass }}
storageClassName: {{ . }}
{{- end }}
resources:
  requests:
    storage: {{ .size }}
{{- end -}}

{{/* Head of a NetworkPolicy for the pods of a service: of (list context service). */}}
{{- define "knnlm.policy" -}}
{{- $context := index . 0 -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "knnlm.of" . }}
  namespace: {{ $context.Release.Namespace }}
  labels:
    {{- include "knnlm.labels" $context | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "knnlm.selectorOf" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
{{- end -}}

{{/* Of (list context service): pods of this release. */}}
{{- define "knnlm.pods" -}}
- podSelector:
    matchLabels:
      {{- include "knnlm.selectorOf" . | nindent 6 }}
{{- end -}}

{{- define "knnlm.toNames" -}}
- to:
    - namespaceSelector: {}
      podSelector:
        matchLabels: { k8s-app: kube-dns }
  ports:
    - { port: 53, protocol: UDP }
    - { port: 53, protocol: TCP }
{{- end -}}

{{- define "knnlm.fromMonitoring" -}}
{{- if .Values.global.monitoring.enabled }}
- from:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ .Values.global.monitoring.namespace }}
  ports:
    - port: http
{{- end }}
{{- end -}}

{{- define "knnlm.toTraces" -}}
{{- with .Values.global.monitoring.traces }}
- ports:
    - port: {{ (urlParse .).host | splitList ":" | last }}
{{- end }}
{{- end -}}

{{/* Of (list context scheme). */}}
{{- define "knnlm.monitor" -}}
{{- $scheme := index . 1 -}}
{{- with index . 0 -}}
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: {{ include "knnlm.name" . }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "knnlm.labels" . | nindent 4 }}
    {{- with .Values.global.monitoring.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  selector:
    matchLabels:
      {{- include "knnlm.selector" . | nindent 6 }}
  endpoints:
    - port: http
      path: /q/metrics
      interval: 15s
      scheme: {{ $scheme }}
      {{- if eq $scheme "https" }}
      tlsConfig:
        serverName: {{ include "knnlm.name" . }}
        ca: { secret: { name: {{ .Values.global.tls.existingSecret }}, key: ca.crt } }
      {{- end }}
{{- end }}
{{- end -}}
