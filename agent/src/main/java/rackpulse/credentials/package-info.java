/// Passwords, keys and certificates from files: read, checked, watched for changes.
@NullMarked
package rackpulse.credentials;

import org.jspecify.annotations.NullMarked;
