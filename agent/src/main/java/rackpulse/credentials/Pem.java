package rackpulse.credentials;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// Certificates and keys in PEM files (RFC 7468); what stands between the blocks is ignored.
final class Pem {
  private Pem() {}

  /// All certificates in `file`, at least one.
  static List<X509Certificate> certificates(Path file)
      throws CredentialException, GeneralSecurityException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> certificates = new ArrayList<>();
    for (Block block : blocks(file, CredentialFile.bytes(file))) {
      if (block.label.equals("CERTIFICATE")) {
        try {
          certificates.add(
              (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.der)));
        } catch (CertificateException e) {
          throw new CredentialException(
              file + ": a certificate in it is damaged: " + e.getMessage());
        }
      }
    }
    if (certificates.isEmpty()) {
      throw new CredentialException(file + ": no certificate in it (-----BEGIN CERTIFICATE-----)");
    }
    return certificates;
  }

  /// The first private key in `file`, which must be of the `algorithm` of a certificate.
  static PrivateKey privateKey(Path file, String algorithm)
      throws CredentialException, GeneralSecurityException {
    for (Block block : blocks(file, CredentialFile.secret(file))) {
      if (block.label.equals("PRIVATE KEY")) {
        try {
          return KeyFactory.getInstance(algorithm)
              .generatePrivate(new PKCS8EncodedKeySpec(block.der));
        } catch (InvalidKeySpecException e) {
          throw new CredentialException(
              file + ": not a PKCS #8 key of the certificate's kind, " + algorithm);
        }
      }
      if (block.label.endsWith("PRIVATE KEY")) {
        throw new CredentialException(
            file
                + ": the key must be PKCS #8 and not encrypted; convert it with: openssl pkcs8"
                + " -topk8 -nocrypt -in "
                + file
                + " -out NEW-FILE");
      }
    }
    throw new CredentialException(file + ": no private key in it (-----BEGIN PRIVATE KEY-----)");
  }

  private static List<Block> blocks(Path file, byte[] content) throws CredentialException {
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
    if (!label.isEmpty()) {
      throw new CredentialException(file + ": ends within a block; still being written?");
    }
    return blocks;
  }

  private static byte[] decode(Path file, String label, String base64) throws CredentialException {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      if (label.equals("PRIVATE KEY") || label.equals("CERTIFICATE")) {
        throw new CredentialException(file + ": damaged, a block in it is not Base64");
      }
      return new byte[0]; // another kind of block may have headers of its own
    }
  }

  private record Block(String label, byte[] der) {}
}
