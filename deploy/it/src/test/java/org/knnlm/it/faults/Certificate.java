package org.knnlm.it.faults;

import io.smallrye.certs.CertificateGenerator;
import io.smallrye.certs.CertificateRequest;
import io.smallrye.certs.Format;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate in the files that the chart's secret has, for servers and their callers alike. */
final class Certificate {
  private static final String PASSWORD = "changeit";

  private final Path folder;

  private Certificate(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes one.
   *
   * @param names {@code DNS:} and {@code IP:} of those who show it
   */
  static Certificate make(Path folder, List<String> names) throws Exception {
    var request =
        new CertificateRequest()
            .withName("tls")
            .withFormats(List.of(Format.PEM, Format.PKCS12))
            .withPassword(PASSWORD)
            .withCN("knnlm");
    names.forEach(request::withSubjectAlternativeName);
    new CertificateGenerator(Files.createDirectories(folder), true).generate(request);
    Files.move(folder.resolve("tls-ca.crt"), folder.resolve("ca.crt"));
    Files.move(folder.resolve("tls-truststore.p12"), folder.resolve("truststore.p12"));
    return new Certificate(folder);
  }

  /** Of a client that believes it. */
  SSLContext context() throws Exception {
    var store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve("truststore.p12"))) {
      store.load(in, PASSWORD.toCharArray());
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
