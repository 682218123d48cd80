package rackpulse.mqtt;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// Passwords, keys and certificates from the files that the settings name. They are read for every
/// connection anew: a renewed certificate needs no restart.
///
/// @param password first line of the password file; null without
/// @param tls null for plain connections
/// @param expiry when our own certificate expires
record Access(byte @Nullable [] password, @Nullable SSLContext tls, Optional<Instant> expiry) {
  /// No password, key or bundle of authorities is larger; the system's bundle has 200 KiB. Where
  /// Debian and Alpine, Fedora, and openSUSE keep whom they trust. Read by ourselves, because a
  /// native image would carry the authorities of the day on which it was built.
  private static final List<Path> SYSTEM_BUNDLES =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"),
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
          Path.of("/etc/ssl/ca-bundle.pem"));

  private static final long MAX_FILE_BYTES = 4 << 20;

  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

  /// What is wrong with a file, and what to do.
  static final class AccessException extends Exception {
    private static final long serialVersionUID = 1;

    AccessException(String message) {
      super(message);
    }
  }

  /// @param encrypted whether TLS is needed
  static Access read(MqttSettings settings, boolean encrypted) throws AccessException {
    byte[] password =
        settings.passwordFile().isPresent() ? password(settings.passwordFile().get()) : null;
    if (!encrypted) {
      return new Access(password, null, Optional.empty());
    }
    try {
      return tls(settings, password);
    } catch (GeneralSecurityException | IOException e) {
      throw new AccessException("TLS cannot be set up: " + e.getMessage());
    }
  }

  private static Access tls(MqttSettings settings, byte @Nullable [] password)
      throws AccessException, GeneralSecurityException, IOException {
    KeyManager[] keys = null;
    Optional<Instant> expiry = Optional.empty();
    if (settings.certFile().isPresent() && settings.keyFile().isPresent()) {
      List<X509Certificate> chain = certificates(settings.certFile().get());
      keys = keyManagers(chain, settings.keyFile().get());
      expiry = Optional.of(chain.getFirst().getNotAfter().toInstant());
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(authorities(settings.caFile().isPresent() ? settings.caFile().get() : bundle()));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, trust.getTrustManagers(), null);
    return new Access(password, context, expiry);
  }

  private static byte[] password(Path file) throws AccessException {
    String text = new String(secret(file), StandardCharsets.UTF_8);
    String password = text.lines().findFirst().orElse("");
    if (password.isEmpty()) {
      throw new AccessException(file + ": the first line must be the password, it is empty");
    }
    return password.getBytes(StandardCharsets.UTF_8);
  }

  private static Path bundle() throws AccessException {
    for (Path bundle : SYSTEM_BUNDLES) {
      if (Files.exists(bundle)) {
        return bundle;
      }
    }
    throw new AccessException(
        "this system has no certificates of authorities (none of "
            + SYSTEM_BUNDLES
            + "): install the package ca-certificates or set mqtt.ca_file");
  }

  private static KeyStore authorities(Path file)
      throws AccessException, GeneralSecurityException, IOException {
    KeyStore store = emptyStore();
    for (X509Certificate authority : certificates(file)) {
      store.setCertificateEntry("authority-" + store.size(), authority);
    }
    return store;
  }

  private static KeyManager[] keyManagers(List<X509Certificate> chain, Path keyFile)
      throws AccessException, GeneralSecurityException, IOException {
    PublicKey publicKey = chain.getFirst().getPublicKey();
    PrivateKey key = privateKey(keyFile, publicKey.getAlgorithm());
    if (!belongTogether(key, publicKey)) {
      throw new AccessException(keyFile + ": not the key of the certificate in mqtt.cert_file");
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

  private static PrivateKey privateKey(Path file, String algorithm)
      throws AccessException, GeneralSecurityException {
    List<Block> blocks = blocks(file, secret(file));
    for (Block block : blocks) {
      if (block.label.equals("PRIVATE KEY")) {
        try {
          return KeyFactory.getInstance(algorithm)
              .generatePrivate(new PKCS8EncodedKeySpec(block.der));
        } catch (InvalidKeySpecException e) {
          throw new AccessException(
              file + ": not a PKCS #8 key of the certificate's kind, " + algorithm);
        }
      }
      if (block.label.endsWith("PRIVATE KEY")) {
        throw new AccessException(
            file
                + ": the key must be PKCS #8 and not encrypted; convert it with: openssl pkcs8"
                + " -topk8 -nocrypt -in "
                + file
                + " -out NEW-FILE");
      }
    }
    throw new AccessException(file + ": no private key in it (-----BEGIN PRIVATE KEY-----)");
  }

  private static List<X509Certificate> certificates(Path file)
      throws AccessException, GeneralSecurityException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> certificates = new ArrayList<>();
    for (Block block : blocks(file, bytes(file))) {
      if (block.label.equals("CERTIFICATE")) {
        try {
          certificates.add(
              (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.der)));
        } catch (CertificateException e) {
          throw new AccessException(file + ": a certificate in it is damaged: " + e.getMessage());
        }
      }
    }
    if (certificates.isEmpty()) {
      throw new AccessException(file + ": no certificate in it (-----BEGIN CERTIFICATE-----)");
    }
    return certificates;
  }

  /// The blocks of a PEM file (RFC 7468); what stands between them is ignored.
  private static List<Block> blocks(Path file, byte[] content) throws AccessException {
    List<Block> blocks = new ArrayList<>();
    String label = "";
    StringBuilder base64 = new StringBuilder();
    for (String line : new String(content, StandardCharsets.ISO_8859_1).lines().toList()) {
      String stripped = line.strip();
      if (stripped.startsWith("-----BEGIN ") && stripped.endsWith("-----")) {
        label = stripped.substring(11, stripped.length() - 5);
        base64.setLength(0);
      } else if (!label.isEmpty() && stripped.equals("-----END " + label + "-----")) {
        blocks.add(new Block(label, decode(file, label, base64.toString())));
        label = "";
      } else if (!label.isEmpty()) {
        base64.append(stripped);
      }
    }
    return blocks;
  }

  private static byte[] decode(Path file, String label, String base64) throws AccessException {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      if (label.equals("PRIVATE KEY") || label.equals("CERTIFICATE")) {
        throw new AccessException(file + ": damaged, its " + label + " is not Base64");
      }
      return new byte[0]; // another kind of block may have headers of its own
    }
  }

  private record Block(String label, byte[] der) {}

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  /// The content of a file that nobody else may read.
  private static byte[] secret(Path file) throws AccessException {
    byte[] content = bytes(file);
    PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    try {
      if (view != null && view.readAttributes().permissions().stream().anyMatch(OTHERS::contains)) {
        throw new AccessException(
            file + ": every user of this machine can get at it; run: chmod o-rwx " + file);
      }
    } catch (IOException e) {
      throw new AccessException(file + ": its permissions cannot be read: " + e.getMessage());
    }
    return content;
  }

  private static byte[] bytes(Path file) throws AccessException {
    try {
      if (Files.size(file) > MAX_FILE_BYTES) {
        throw new AccessException(file + ": larger than " + MAX_FILE_BYTES + " bytes");
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new AccessException(file + ": no such file");
    } catch (AccessDeniedException e) {
      throw new AccessException(file + ": this user may not read it");
    } catch (IOException e) {
      throw new AccessException(file + ": cannot be read: " + e.getMessage());
    }
  }
}
