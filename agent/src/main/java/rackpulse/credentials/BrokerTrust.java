package rackpulse.credentials;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/// Whether the broker is who it should be: Java's own judgement of chain, dates and name, with
/// words that name the remedy when it is not.
public final class BrokerTrust extends X509ExtendedTrustManager {
  /// Java's word for a key exchange that is not known before the handshake.
  private static final String ANY_EXCHANGE = "UNKNOWN";

  /// Exceptions hold a handful of causes; guards against a ring.
  private static final int MAX_CAUSES = 10;

  /// What a certificate says of itself is shown so far; it may be anybody's.
  private static final int MAX_NAME_CHARS = 120;

  private static final int DNS_NAME = 2; // RFC 5280, 4.2.1.6
  private static final int ADDRESS = 7;

  private final X509ExtendedTrustManager judge;
  private final List<X509Certificate> authorities;
  private final String place;

  private BrokerTrust(
      X509ExtendedTrustManager judge, List<X509Certificate> authorities, String place) {
    this.judge = judge;
    this.authorities = List.copyOf(authorities);
    this.place = place;
  }

  /// @param file where the authorities were read
  /// @param system whether the operator left the choice to the system
  static BrokerTrust of(List<X509Certificate> authorities, Path file, boolean system)
      throws GeneralSecurityException, IOException {
    KeyStore store = Access.emptyStore();
    for (X509Certificate authority : authorities) {
      store.setCertificateEntry("authority-" + store.size(), authority);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager judge) {
        String place = system ? file + " (set mqtt.ca_file)" : "mqtt.ca_file (" + file + ")";
        return new BrokerTrust(judge, authorities, place);
      }
    }
    throw new GeneralSecurityException("this Java cannot judge certificates");
  }

  List<X509Certificate> authorities() {
    return authorities;
  }

  /// Why a broker with this chain would not be accepted, its name apart.
  Optional<String> objection(List<X509Certificate> chain) {
    try {
      checkServerTrusted(chain.toArray(X509Certificate[]::new), ANY_EXCHANGE);
      return Optional.empty();
    } catch (CertificateException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String exchange)
      throws CertificateException {
    try {
      judge.checkServerTrusted(chain, exchange);
    } catch (CertificateException e) {
      throw new UntrustedBroker(words(e, chain), e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String exchange, Socket socket)
      throws CertificateException {
    try {
      judge.checkServerTrusted(chain, exchange, socket);
    } catch (CertificateException e) {
      String host = socket instanceof SSLSocket tls ? host(tls.getHandshakeSession()) : "this host";
      throw new UntrustedBroker(words(e, chain, exchange, host), e);
    }
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String exchange, SSLEngine engine)
      throws CertificateException {
    try {
      judge.checkServerTrusted(chain, exchange, engine);
    } catch (CertificateException e) {
      throw new UntrustedBroker(words(e, chain, exchange, host(engine.getHandshakeSession())), e);
    }
  }

  private static String host(SSLSession session) {
    return session == null || session.getPeerHost() == null
        ? "the host in mqtt.url"
        : session.getPeerHost();
  }

  /// Where nothing is wrong but with the name, what is wrong is the name.
  private String words(
      CertificateException e, X509Certificate[] chain, String exchange, String host) {
    try {
      judge.checkServerTrusted(chain, exchange);
    } catch (CertificateException other) {
      return words(e, chain);
    }
    return "the broker's certificate is for "
        + names(chain[0])
        + ", not for "
        + host
        + ": use such a name in mqtt.url, or give the broker a certificate for "
        + host
        + " ("
        + shown(String.valueOf(e.getMessage()))
        + ")";
  }

  private String words(CertificateException e, X509Certificate[] chain) {
    Throwable cause = e;
    for (int depth = 0; depth < MAX_CAUSES && cause != null; depth++) {
      switch (cause) {
        case CertificateExpiredException _ -> {
          return "the broker's certificate has expired, or this host's clock is wrong ("
              + cause.getMessage()
              + "): renew the certificate on the broker";
        }
        case CertificateNotYetValidException _ -> {
          return "the broker's certificate is not yet valid ("
              + cause.getMessage()
              + "): is this host's clock right?";
        }
        case CertPathBuilderException _ -> {
          return unknown(chain);
        }
        default -> cause = cause.getCause();
      }
    }
    return "the broker's certificate cannot be accepted: " + shown(String.valueOf(e.getMessage()));
  }

  private String unknown(X509Certificate[] chain) {
    X509Certificate last = chain[chain.length - 1];
    String issuer = shown(last.getIssuerX500Principal().getName());
    boolean alone = chain.length == 1;
    if (alone && last.getSubjectX500Principal().equals(last.getIssuerX500Principal())) {
      return "the broker's certificate is self-signed ("
          + issuer
          + "), signed by nobody we trust: let an authority in "
          + place
          + " sign it";
    }
    return "the broker's certificate is signed by nobody we trust: the authority "
        + issuer
        + " is not in "
        + place;
  }

  private static String names(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      if (certificate.getSubjectAlternativeNames() != null) {
        for (List<?> name : certificate.getSubjectAlternativeNames()) {
          if (name.get(0).equals(DNS_NAME) || name.get(0).equals(ADDRESS)) {
            names.add(String.valueOf(name.get(1)));
          }
        }
      }
    } catch (CertificateParsingException e) {
      return "no name that can be read";
    }
    return names.isEmpty() ? "no host name" : shown(String.join(", ", names));
  }

  /// Bounded and without control characters, which could draw on a terminal.
  private static String shown(String said) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < said.length() && i < MAX_NAME_CHARS; i++) {
      char c = said.charAt(i);
      shown.append(Character.isISOControl(c) ? '?' : c);
    }
    return shown.toString();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String exchange)
      throws CertificateException {
    judge.checkClientTrusted(chain, exchange);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String exchange, Socket socket)
      throws CertificateException {
    judge.checkClientTrusted(chain, exchange, socket);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String exchange, SSLEngine engine)
      throws CertificateException {
    judge.checkClientTrusted(chain, exchange, engine);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return judge.getAcceptedIssuers();
  }
}
