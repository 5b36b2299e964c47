package org.relaycontrol.smtp;

import com.google.inject.Inject;
import com.google.inject.Singleton;
import org.apache.james.core.MailAddress;
import org.apache.james.core.MaybeSender;
import org.relaycontrol.james.Candidate;
import org.relaycontrol.james.CandidatePolicies;
import org.relaycontrol.james.HostedDomains;
import org.relaycontrol.monitor.CandidateComparison;
import org.relaycontrol.policy.Decision;
import org.relaycontrol.policy.Decision.Verdict;
import org.relaycontrol.policy.Envelope;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides each real envelope a second time, by the candidate policy, if there is one, and hands on where that differs. Never waits, and
 * nothing that goes wrong here changes what the running policy has decided.
 */
@Singleton
public class CandidateControl {

    private static final Logger LOGGER = LoggerFactory.getLogger(CandidateControl.class);

    private final CandidatePolicies candidates;
    private final CandidateComparison comparison;
    private final HostedDomains hostedDomains;
    private final SessionHosts hosts;
    private final DecisionLog log;

    /** Compares by the candidate there is at the moment. */
    @Inject
    public CandidateControl(CandidatePolicies candidates, CandidateComparison comparison, HostedDomains hostedDomains, SessionHosts hosts,
                            DecisionLog log) {
        this.candidates = candidates;
        this.comparison = comparison;
        this.hostedDomains = hostedDomains;
        this.hosts = hosts;
        this.log = log;
    }

    /** Looks the client's host name up if the candidate's decisions depend on it, so that it is known at RCPT. */
    void prepare(Connection connection) {
        Candidate candidate = candidates.current();
        if (candidate != null) {
            hosts.now(connection, candidate.policies());
        }
    }

    /** Compares what was decided for a recipient with what the candidate decides. */
    void compare(MaybeSender sender, MailAddress recipient, DecidedRecipient decided) {
        Candidate candidate = candidates.current();
        if (candidate == null) {
            return;
        }
        try {
            Envelope envelope = decided.envelope();
            if (!envelope.host().isKnown()) {
                envelope = envelope.withHost(hosts.now(decided.connection(), candidate.policies()));
            }
            Decision running = decided.decision();
            Decision other = candidate.policies().decide(envelope, hostedDomains, true);
            if (running.verdict() == Verdict.DEFER || other.verdict() == Verdict.DEFER) {
                comparison.undecided(candidate);
            } else if (running.verdict() == other.verdict() && running.route() == other.route()) {
                comparison.alike(candidate);
            } else {
                comparison.different(candidate,
                    log.record(sender, recipient, decided),
                    log.record(sender, recipient, new DecidedRecipient(decided.connection(), envelope, other)));
            }
        } catch (RuntimeException e) {
            LOGGER.warn("{} to {} was not decided by the candidate policy", sender.asString(), recipient.asString(), e);
            comparison.undecided(candidate);
        }
    }
}
