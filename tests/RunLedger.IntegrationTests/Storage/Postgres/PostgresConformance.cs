using RunLedger.Testing.Conformance;

namespace RunLedger.IntegrationTests.Storage.Postgres;

// What every provider promises, a line each. What is left out fails PostgresSuiteTests.
public sealed class PostgresArchiveTests() : ArchiveConformance(new PostgresProvider());
public sealed class PostgresArchiveReturnTests() : ArchiveReturnConformance(new PostgresProvider());
public sealed class PostgresArchivedListsTests() : ArchivedListsConformance(new PostgresProvider());
public sealed class PostgresArchivedRunTests() : ArchivedRunConformance(new PostgresProvider());
public sealed class PostgresCompactionTests() : CompactionConformance(new PostgresProvider());
public sealed class PostgresCancelTests() : CancelConformance(new PostgresProvider());
public sealed class PostgresCandidateTests() : CandidateConformance(new PostgresProvider());
public sealed class PostgresChangesTests() : ChangesConformance(new PostgresProvider());
public sealed class PostgresClaimTests() : ClaimConformance(new PostgresProvider());
public sealed class PostgresCommitTests() : CommitConformance(new PostgresProvider());
public sealed class PostgresCronTests() : CronConformance(new PostgresProvider());
public sealed class PostgresDefinitionTests() : DefinitionConformance(new PostgresProvider());
public sealed class PostgresDeliveryTests() : DeliveryConformance(new PostgresProvider());
public sealed class PostgresExpectationTests() : ExpectationConformance(new PostgresProvider());
public sealed class PostgresPatternRunsTests() : PatternRunsConformance(new PostgresProvider());
public sealed class PostgresDossierTests() : DossierConformance(new PostgresProvider());
public sealed class PostgresFailureTests() : FailureConformance(new PostgresProvider());
public sealed class PostgresIncidentTests() : IncidentConformance(new PostgresProvider());
public sealed class PostgresLookTests() : LookConformance(new PostgresProvider());
public sealed class PostgresMergeTests() : MergeConformance(new PostgresProvider());
public sealed class PostgresOutboxTests() : OutboxConformance(new PostgresProvider());
public sealed class PostgresRecurringTests() : RecurringConformance(new PostgresProvider());
public sealed class PostgresRefusalTests() : RefusalConformance(new PostgresProvider());
public sealed class PostgresRejectedTests() : RejectedConformance(new PostgresProvider());
public sealed class PostgresRunTests() : RunConformance(new PostgresProvider());
public sealed class PostgresRunListTests() : RunListConformance(new PostgresProvider());
public sealed class PostgresRunSearchTests() : RunSearchConformance(new PostgresProvider());
public sealed class PostgresRunTreeTests() : RunTreeConformance(new PostgresProvider());
public sealed class PostgresSweepTests() : SweepConformance(new PostgresProvider());

public sealed class PostgresSealTests() : SealConformance(new PostgresProvider());
public sealed class PostgresUnlikeTests() : UnlikeConformance(new PostgresProvider());
public sealed class PostgresStandingTests() : StandingConformance(new PostgresProvider());
