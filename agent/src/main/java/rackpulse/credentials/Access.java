package rackpulse.credentials;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/// What one connection needs to prove who we are and to know the broker, as read from files.
///
/// @param password first line of the password file; null without
/// @param tls null for plain connections
public record Access(byte @Nullable [] password, @Nullable Tls tls) {
  /// Where Debian and Alpine, Fedora, and openSUSE keep whom they trust. Read by ourselves, because
  /// a native image would carry the authorities of the day on which it was built.
  private static final List<Path> SYSTEM_BUNDLES =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"),
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
          Path.of("/etc/ssl/ca-bundle.pem"));

  /// @param chain our own certificate and those between it and an authority; empty without one
  public record Tls(SSLContext context, BrokerTrust trust, List<X509Certificate> chain) {
    public Tls {
      chain = List.copyOf(chain);
    }
  }

  /// Reads everything anew.
  ///
  /// @param encrypted whether TLS is needed
  public static Access read(CredentialFiles files, boolean encrypted) throws CredentialException {
    byte[] password =
        files.password().isPresent() ? CredentialFile.password(files.password().get()) : null;
    if (!encrypted) {
      return new Access(password, null);
    }
    try {
      return new Access(password, tls(files));
    } catch (GeneralSecurityException | IOException e) {
      throw new CredentialException("TLS cannot be set up: " + e.getMessage());
    }
  }

  /// Our own certificate and those between it and an authority; empty without one.
  public List<X509Certificate> chain() {
    return tls == null ? List.of() : tls.chain;
  }

  /// Why a broker that has shown this chain would not be accepted; empty when it would.
  public Optional<String> objection(List<X509Certificate> broker) {
    return tls == null || broker.isEmpty() ? Optional.empty() : tls.trust.objection(broker);
  }

  /// Whether both show the same certificate and trust the same authorities.
  boolean isLike(Access other) {
    return tls == null
        || other.tls == null
        || (tls.chain.equals(other.tls.chain)
            && tls.trust.authorities().equals(other.tls.trust.authorities()));
  }

  private static Tls tls(CredentialFiles files)
      throws CredentialException, GeneralSecurityException, IOException {
    KeyManager[] keys = null;
    List<X509Certificate> chain = List.of();
    if (files.certificate().isPresent() && files.key().isPresent()) {
      chain = Pem.certificates(files.certificate().get());
      keys = keyManagers(chain, files.key().get());
    }
    boolean system = files.authorities().isEmpty();
    Path authorities = system ? bundle() : files.authorities().get();
    BrokerTrust trust = BrokerTrust.of(Pem.certificates(authorities), authorities, system);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, new TrustManager[] {trust}, null);
    return new Tls(context, trust, chain);
  }

  private static Path bundle() throws CredentialException {
    for (Path bundle : SYSTEM_BUNDLES) {
      if (Files.exists(bundle)) {
        return bundle;
      }
    }
    throw new CredentialException(
        "this system has no certificates of authorities (none of "
            + SYSTEM_BUNDLES
            + "): install the package ca-certificates or set mqtt.ca_file");
  }

  private static KeyManager[] keyManagers(List<X509Certificate> chain, Path keyFile)
      throws CredentialException, GeneralSecurityException, IOException {
    PublicKey publicKey = chain.getFirst().getPublicKey();
    PrivateKey key = Pem.privateKey(keyFile, publicKey.getAlgorithm());
    if (!belongTogether(key, publicKey)) {
      throw new CredentialException(keyFile + ": not the key of the certificate in mqtt.cert_file");
    }
    char[] noPassword = new char[0];
    KeyStore store = emptyStore();
    store.setKeyEntry("agent", key, noPassword, chain.toArray(X509Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, noPassword);
    return keys.getKeyManagers();
  }

  private static boolean belongTogether(PrivateKey key, PublicKey publicKey)
      throws GeneralSecurityException {
    String hash =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm(); // Ed25519 hashes by itself
        };
    Signature signature = Signature.getInstance(hash);
    byte[] sample = {1, 2, 3};
    signature.initSign(key);
    signature.update(sample);
    byte[] signed = signature.sign();
    signature.initVerify(publicKey);
    signature.update(sample);
    try {
      return signature.verify(signed);
    } catch (SignatureException e) {
      return false; // an RSA signature of another length
    }
  }

  static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
