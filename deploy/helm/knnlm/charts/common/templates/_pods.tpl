{{/* What all pods have: users of no rights, nothing of the cluster's API, and where they may run. */}}
{{- define "knnlm.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.runtimeClassName }}
runtimeClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "knnlm.security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "knnlm.resources" -}}
{{- $limits := dict "memory" .Values.resources.memory "ephemeral-storage" .Values.resources.scratch -}}
{{- if gt (int .Values.gpus) 0 }}{{ $_ := set $limits "nvidia.com/gpu" (int .Values.gpus) }}{{ end -}}
requests:
  cpu: {{ .Values.resources.cpu }}
  memory: {{ .Values.resources.memory }}
  ephemeral-storage: {{ .Values.resources.scratch }}
limits:
  {{- /* No limit of CPU: a service that is throttled answers late while cores are idle */}}
  {{- toYaml $limits | nindent 2 }}
{{- end -}}

{{/* Of (list context scheme): a service with the port http. Until it has started nothing else is asked: it loads its model or
     index files first. */}}
{{- define "knnlm.probes" -}}
{{- $scheme := index . 1 -}}
{{- with index . 0 -}}
startupProbe:
  httpGet: { path: /q/health/live, port: http, scheme: {{ $scheme }} }
  periodSeconds: 5
  failureThreshold: {{ div .Values.startSeconds 5 }}
livenessProbe:
  httpGet: { path: /q/health/live, port: http, scheme: {{ $scheme }} }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /q/health/ready, port: http, scheme: {{ $scheme }} }
  periodSeconds: 5
  timeoutSeconds: 5
{{- end }}
{{- end -}}

{{/* Replicas on different nodes where there are some. */}}
{{- define "knnlm.spread" -}}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- include "knnlm.selector" . | nindent 14 }}
{{- end -}}

{{/* Where a pod has who may call it, and what it shows itself: volumes and mounts. */}}
{{- define "knnlm.accessVolume" -}}
- name: access
  secret: { secretName: {{ include "knnlm.access" . }}, items: [{ key: token, path: token }, { key: accounts, path: accounts }] }
{{ include "knnlm.tlsVolume" . }}
{{- end -}}

{{- define "knnlm.accessMount" -}}
- { name: access, mountPath: /etc/knnlm-access, readOnly: true }
{{ include "knnlm.tlsMount" . }}
{{- end -}}
