{{/* What the containers have in common that run the embedder's command line. */}}
{{- define "embedder.container" -}}
image: {{ include "knnlm.image" (list . "embedder-service" 0) }}
imagePullPolicy: {{ .Values.global.image.pullPolicy }}
env:
  - { name: KNNLM_DATASTORES, value: /datastores }
  - { name: KNNLM_SECURITY_TOKEN_FILE, value: /etc/knnlm-access/token }
  - { name: KNNLM_LM, value: "{{ include "knnlm.of" (list . "lm-service") }}:9001" }
  - { name: KNNLM_INDEX, value: "{{ include "knnlm.of" (list . "index-service") }}:9002" }
securityContext:
  {{- include "knnlm.security" . | nindent 2 }}
resources:
  {{- include "knnlm.resources" . | nindent 2 }}
{{- end -}}

{{- define "embedder.datastores" -}}
{{ include "knnlm.accessVolume" . }}
- name: datastores
  persistentVolumeClaim: { claimName: {{ include "knnlm.datastores" . }} }
{{ include "embedder.tmp" . }}
{{- end -}}

{{- define "embedder.tmp" -}}
- name: tmp
  emptyDir: { sizeLimit: {{ .Values.resources.scratch }} }
{{- end -}}

{{/* How a command is called whose arguments follow: again while its exit code is 7, which means not yet. */}}
{{- define "embedder.whenReady" -}}
command: [bash, -euc]
args:
  - |
    while true; do
      code=0
      java -jar quarkus-run.jar "$@" || code=$?
      [ "$code" = 7 ] || exit "$code"
      sleep 60
    done
  - embedder
{{- end -}}

{{- define "embedder.tls" -}}
{{- if .Values.global.tls.existingSecret -}}
- --trust=/etc/knnlm-tls/ca.crt
- --certificate=/etc/knnlm-tls/tls.crt
- --certificate-key=/etc/knnlm-tls/tls.key
{{- end -}}
{{- end -}}

{{/* A job's pods cannot be changed, so a job is named after what it does. */}}
{{- define "embedder.job" -}}
{{ include "knnlm.name" . }}-{{ .Values.datastore }}
{{- end -}}
