/// TOML files to settings records and profiles, every problem with its line.
@NullMarked
package rackpulse.config;

import org.jspecify.annotations.NullMarked;
