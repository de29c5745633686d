"""An Apache Kafka node that also listens with TLS, logins and access rules.

The plaintext listener stays: through it tests look at topics and set rules, as a super user.
"""

from pathlib import Path

from devtools.broker.kafka.certificates import Certificates, make
from devtools.broker.kafka.node import KafkaBroker, Node, configuration
from devtools.port import free_port

USER = "worker"
PASSWORD = "pa55-of-the-worker"  # noqa: S105 - of a broker that lives for a test
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER")


class SecureKafka(KafkaBroker):
    """With the listeners `sasl_ssl`, `ssl` (wants a client certificate) and `sasl_plaintext`."""

    def __init__(self, folder: Path) -> None:
        node = Node()
        self.certificates: Certificates = make(folder / "certificates", USER)
        self.addresses = {
            name: f"127.0.0.1:{free_port()}" for name in ("sasl_ssl", "ssl", "sasl_plaintext")
        }
        super().__init__(folder, node, properties=self._properties(node, folder))
        self.format_options = tuple(
            option
            for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512")
            for option in ("--add-scram", f"{mechanism}=[name={USER},password={PASSWORD}]")
        )

    def _properties(self, node: Node, folder: Path) -> dict[str, str]:
        plain = configuration(node, (node,), folder)
        names = {name: name.upper().replace("_", "") for name in self.addresses}
        ours = [f"{names[name]}://{address}" for name, address in self.addresses.items()]
        kinds = [f"{names[name]}:{name.upper()}" for name in self.addresses]
        return {
            "listeners": ",".join([plain["listeners"], *ours]),
            "advertised.listeners": ",".join([plain["advertised.listeners"], *ours]),
            "listener.security.protocol.map": ",".join(
                [plain["listener.security.protocol.map"], *kinds]
            ),
            **self._tls(names["ssl"].lower()),
            **self._logins(),
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
            "allow.everyone.if.no.acl.found": "true",
        }

    def _tls(self, mutual: str) -> dict[str, str]:
        return {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self.certificates.server.absolute()),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.certificates.ca.absolute()),
            f"listener.name.{mutual}.ssl.client.auth": "required",
        }

    def _logins(self) -> dict[str, str]:
        common = "org.apache.kafka.common.security"
        modules = {
            "plain": f'plain.PlainLoginModule required user_{USER}="{PASSWORD}";',
            "scram-sha-256": "scram.ScramLoginModule required;",
            "scram-sha-512": "scram.ScramLoginModule required;",
            # Takes any token that is signed by nobody ("alg": "none") and not expired.
            "oauthbearer": "oauthbearer.OAuthBearerLoginModule required "
            'unsecuredLoginStringClaim_sub="broker";',
        }
        listeners = ("saslssl", "saslplaintext")
        return {"sasl.enabled.mechanisms": ",".join(MECHANISMS)} | {
            f"listener.name.{listener}.{name}.sasl.jaas.config": f"{common}.{module}"
            for listener in listeners
            for name, module in modules.items()
        }
