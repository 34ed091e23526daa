using RunLedger.Testing.Conformance;

namespace RunLedger.Tests.Storage.Sqlite;

// What every provider promises, a line each. What is left out fails SqliteSuiteTests.
public sealed class SqliteArchiveTests() : ArchiveConformance(new SqliteProvider());
public sealed class SqliteArchiveReturnTests() : ArchiveReturnConformance(new SqliteProvider());
public sealed class SqliteArchivedListsTests() : ArchivedListsConformance(new SqliteProvider());
public sealed class SqliteArchivedRunTests() : ArchivedRunConformance(new SqliteProvider());
public sealed class SqliteCompactionTests() : CompactionConformance(new SqliteProvider());
public sealed class SqliteCancelTests() : CancelConformance(new SqliteProvider());
public sealed class SqliteCandidateTests() : CandidateConformance(new SqliteProvider());
public sealed class SqliteChangesTests() : ChangesConformance(new SqliteProvider());
public sealed class SqliteClaimTests() : ClaimConformance(new SqliteProvider());
public sealed class SqliteCommitTests() : CommitConformance(new SqliteProvider());
public sealed class SqliteCronTests() : CronConformance(new SqliteProvider());
public sealed class SqliteDefinitionTests() : DefinitionConformance(new SqliteProvider());
public sealed class SqliteDeliveryTests() : DeliveryConformance(new SqliteProvider());
public sealed class SqliteExpectationTests() : ExpectationConformance(new SqliteProvider());
public sealed class SqlitePatternRunsTests() : PatternRunsConformance(new SqliteProvider());
public sealed class SqliteDossierTests() : DossierConformance(new SqliteProvider());
public sealed class SqliteFailureTests() : FailureConformance(new SqliteProvider());
public sealed class SqliteIncidentTests() : IncidentConformance(new SqliteProvider());
public sealed class SqliteLookTests() : LookConformance(new SqliteProvider());
public sealed class SqliteMergeTests() : MergeConformance(new SqliteProvider());
public sealed class SqliteOutboxTests() : OutboxConformance(new SqliteProvider());
public sealed class SqliteRecurringTests() : RecurringConformance(new SqliteProvider());
public sealed class SqliteRefusalTests() : RefusalConformance(new SqliteProvider());
public sealed class SqliteRejectedTests() : RejectedConformance(new SqliteProvider());
public sealed class SqliteRunTests() : RunConformance(new SqliteProvider());
public sealed class SqliteRunListTests() : RunListConformance(new SqliteProvider());
public sealed class SqliteRunSearchTests() : RunSearchConformance(new SqliteProvider());
public sealed class SqliteRunTreeTests() : RunTreeConformance(new SqliteProvider());
public sealed class SqliteSweepTests() : SweepConformance(new SqliteProvider());

public sealed class SqliteSealTests() : SealConformance(new SqliteProvider());
public sealed class SqliteUnlikeTests() : UnlikeConformance(new SqliteProvider());
public sealed class SqliteStandingTests() : StandingConformance(new SqliteProvider());
