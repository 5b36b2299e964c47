package org.relaycontrol.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

/**
 * Users and domains of users, without case.
 */
class UserListTest {

    private static final Rule ALICE = Rule.of("f", 1);
    private static final Rule RATEST = Rule.of("f", 2);
    private static final Rule BARE = Rule.of("f", 3);

    private static UserList list() {
        UserList.Builder builder = UserList.builder();
        builder.add("Alice@ratest.com", ALICE);
        builder.add("@RATEST.com", RATEST);
        builder.add("operator", BARE);
        return builder.build();
    }

    @Test
    void shouldFindTheUserBeforeItsDomain() {
        assertThat(list().find(User.of("ALICE@ratest.COM"))).isEqualTo(ALICE);
        assertThat(list().find(User.of("bob@Ratest.com"))).isEqualTo(RATEST);
        assertThat(list().find(User.of("Operator"))).isEqualTo(BARE);
    }

    @Test
    void shouldNotFindOthers() {
        assertThat(list().find(User.of("alice@other.example"))).isNull();
        assertThat(list().find(User.of("alice"))).isNull();
        assertThat(list().find(User.of("alice@sub.ratest.com"))).isNull();
        assertThat(list().find(User.of("ratest.com"))).isNull();
        assertThat(list().find(User.of("operator@ratest.example"))).isNull();
        assertThat(UserList.EMPTY.find(User.of("alice@ratest.com"))).isNull();
    }

    @Test
    void shouldTakeWhatFollowsTheLastAtSignForTheDomain() {
        assertThat(list().find(User.of("\"a@b\"@ratest.com"))).isEqualTo(RATEST);
        assertThat(list().find(User.of("a@ratest.com@other.example"))).isNull();
    }

    @Test
    void shouldKnowAnIpv6AddressForADomainInEveryForm() {
        UserList.Builder builder = UserList.builder();
        builder.add("alice@[IPv6:2001:db8::]", ALICE);
        builder.add("@ipv6:2001:DB8:0::1", RATEST);
        builder.add("operator@ipv6:here", BARE);
        UserList list = builder.build();

        assertThat(list.listed()).containsOnlyKeys("alice@ipv6:2001:db8::", "@ipv6:2001:db8::1", "operator@ipv6:here");
        assertThat(list.find(User.of("ALICE@[IPv6:2001:db8::0]"))).isEqualTo(ALICE);
        assertThat(list.find(User.of("alice@IPv6:2001:0db8:0:0::0"))).isEqualTo(ALICE);
        assertThat(list.find(User.of("bob@[IPv6:2001:db8::1]"))).isEqualTo(RATEST);
        assertThat(User.of("bob@[IPv6:::ffff:192.0.2.1]")).isEqualTo(User.of("bob@" + DomainName.of("[IPv6:::ffff:192.0.2.1]")));
        assertThat(list.find(User.of("operator@[IPv6:here]"))).isEqualTo(BARE);
        assertThat(list.find(User.of("alice@[IPv6:2001:db8::2]"))).isNull();
    }

    @Test
    void shouldKnowAnAddressForADomainWithAndWithoutBrackets() {
        UserList.Builder builder = UserList.builder();
        builder.add("@[192.0.2.1]", RATEST);
        builder.add("alice@192.0.2.2", ALICE);
        UserList list = builder.build();

        assertThat(list.listed()).containsOnlyKeys("@192.0.2.1", "alice@192.0.2.2");
        assertThat(list.find(User.of("bob@192.0.2.1"))).isEqualTo(RATEST);
        assertThat(list.find(User.of("Alice@[192.0.2.2]"))).isEqualTo(ALICE);
        assertThat(list.find(User.of("bob@192.0.2.2"))).isNull();
    }

    @Test
    void shouldKeepTheFirstRuleOfAUserListedTwice() {
        UserList.Builder builder = UserList.builder();
        assertThat(builder.add("alice@ratest.com", ALICE)).isNull();
        assertThat(builder.add("ALICE@RATEST.COM", RATEST)).isEqualTo(ALICE);
        assertThat(builder.build().listed()).containsOnlyKeys("alice@ratest.com").containsValue(ALICE);
    }

    @Test
    void shouldListInTheOrderOfTheConfiguration() {
        assertThat(list().listed().keySet()).containsExactly("alice@ratest.com", "@ratest.com", "operator");
        assertThat(list().isEmpty()).isFalse();
        assertThat(UserList.EMPTY.isEmpty()).isTrue();
    }

    @Test
    void shouldNotChangeAfterItIsBuilt() {
        UserList.Builder builder = UserList.builder();
        UserList before = builder.build();
        builder.add("alice@ratest.com", ALICE);
        assertThat(before.isEmpty()).isTrue();
    }

    @Test
    void shouldSayWhatIsWrong() {
        assertThatIllegalArgumentException().isThrownBy(() -> User.of(""))
            .withMessage("the user name is empty; write James's full user name");
        assertThatIllegalArgumentException().isThrownBy(() -> UserList.builder().add("@", ALICE))
            .withMessage("'@' names no domain; write @example.com for all of its users");
    }
}
