/// A broker of ours that does wrong what a test tells it to.
@NullMarked
package rackpulse.tests.broker;

import org.jspecify.annotations.NullMarked;
