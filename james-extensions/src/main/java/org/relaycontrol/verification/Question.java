package org.relaycontrol.verification;

import org.relaycontrol.policy.Recipient;

/**
 * Whether a recipient exists, to one who is asked: the same question whatever the case and the quotes of the address. Immutable.
 */
final class Question {

    private final Target target;
    private final String address;

    private Question(Target target, String address) {
        this.target = target;
        this.address = address;
    }

    static Question of(Target target, Recipient recipient) {
        return new Question(target, recipient.comparedLocalPart() + "@" + recipient.domain());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Question && address.equals(((Question) other).address) && target.equals(((Question) other).target);
    }

    @Override
    public int hashCode() {
        return address.hashCode();
    }

    @Override
    public String toString() {
        return address + " at " + target;
    }
}
