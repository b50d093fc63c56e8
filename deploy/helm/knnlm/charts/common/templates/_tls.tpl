{{/* TLS of all connections of a release, when global.tls.existingSecret is set. */}}

{{/* Of (list context servesGrpc clients), settings as YAML: certificates that are shown and asked for. */}}
{{- define "knnlm.tls" -}}
{{- $tls := (index . 0).Values.global.tls -}}
{{- if $tls.existingSecret -}}
{{- if index . 1 }}
quarkus.grpc.server.plain-text: "false"
quarkus.grpc.server.ssl.certificate: /etc/knnlm-tls/tls.crt
quarkus.grpc.server.ssl.key: /etc/knnlm-tls/tls.key
quarkus.grpc.server.ssl.client-auth: REQUIRED
quarkus.grpc.server.ssl.trust-store: /etc/knnlm-tls/truststore.p12
quarkus.grpc.server.ssl.trust-store-password: {{ $tls.trustStorePassword }}
{{- end }}
{{- range index . 2 }}
quarkus.grpc.clients.{{ . }}.ssl.certificate: /etc/knnlm-tls/tls.crt
quarkus.grpc.clients.{{ . }}.ssl.key: /etc/knnlm-tls/tls.key
quarkus.grpc.clients.{{ . }}.ssl.trust-store: /etc/knnlm-tls/ca.crt
{{- end }}
{{- end -}}
{{- end -}}

{{/* Of eval-service. */}}
{{- define "knnlm.scheme" -}}
{{- ternary "https" "http" (ne .Values.global.tls.existingSecret "") -}}
{{- end -}}

{{/* Volume and mount of the certificate. */}}
{{- define "knnlm.tlsVolume" -}}
{{- with .Values.global.tls.existingSecret -}}
- name: tls
  secret: { secretName: {{ . }} }
{{- end }}
{{- end -}}

{{- define "knnlm.tlsMount" -}}
{{- if .Values.global.tls.existingSecret -}}
- { name: tls, mountPath: /etc/knnlm-tls, readOnly: true }
{{- end }}
{{- end -}}
