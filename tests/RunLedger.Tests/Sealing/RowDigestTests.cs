using RunLedger.Folding;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;

namespace RunLedger.Tests.Sealing;

public sealed class RowDigestTests
{
    static readonly DateTime At = new(2026, 11, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void A_run_differs_in_every_column() =>
        Differs(new RunRow(), LedgerTable.Runs, (row, into) => RowDigest.Write(row, into));

    [Fact]
    public void A_component_differs_in_every_column() =>
        Differs(new ComponentRow(), LedgerTable.Components, (row, into) => RowDigest.Write(row, into));

    [Theory]
    [InlineData("""{"b":1.50,"a":[1e2,"é"]}""", """{ "a": [100, "\u00e9"], "b": 1.5 }""")]
    [InlineData("""{"a":1,"a":-0.0}""", """{"a":0}""")]
    [InlineData("""12345678901234567890123""", """1.2345678901234567890123e22""")]
    public void Evidence_is_hashed_by_what_it_says(string one, string other)
    {
        Assert.Equal(Hash(one), Hash(other));
        Assert.NotEqual(Hash(one), Hash($"[{one}]"));
    }

    static string Hash(string evidence)
    {
        var into = new byte[32];
        RowDigest.Write(new RunRow { EvidenceRef = evidence }, into);
        return Convert.ToHexString(into);
    }

    static void Differs<TRow>(TRow empty, LedgerTable<TRow> table, Action<TRow, byte[]> write)
        where TRow : LedgerRow, new()
    {
        var hashes = new HashSet<string> { Of(empty) };
        foreach (var column in table.Columns)
        {
            var row = new TRow();
            switch (column)
            {
                case Column<TRow, Guid> id:
                    id.Set(row, Guid.CreateVersion7());
                    break;
                case Column<TRow, Guid?> id:
                    id.Set(row, Guid.CreateVersion7());
                    break;
                case Column<TRow, string> status when column.Name == "status":
                    status.Set(row, RunStatus.Failed.Text());
                    break;
                case Column<TRow, string?> text:
                    text.Set(row, $"{{\"{column.Name}\":1}}");
                    break;
                case Column<TRow, DateTime> time:
                    time.Set(row, At);
                    break;
                case Column<TRow, DateTime?> time:
                    time.Set(row, At);
                    break;
                case Column<TRow, byte[]?> bytes:
                    bytes.Set(row, [1]);
                    break;
                default:
                    Assert.Fail($"{column.Name} is of a type that this test does not know.");
                    break;
            }

            Assert.True(hashes.Add(Of(row)), $"{column.Name} is not in the hash.");
        }

        string Of(TRow row)
        {
            var into = new byte[32];
            write(row, into);
            return Convert.ToHexString(into);
        }
    }
}
