using System.Text;
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

    [Theory]
    [InlineData("""{"b":{"y":1.50,"x":[1e2,10,7]},"a":"é"}""", """{"a":"é","b":{"x":[1e2,1e1,7],"y":15e-1}}""")]
    [InlineData("""{"é":1,"e":2,"\u0065":3}""", """{"e":3,"é":1}""")]
    [InlineData("""{"aa":1,"b":0,"a":-3,"aa":2}""", """{"a":-3,"aa":2,"b":0}""")]
    public void Evidence_has_one_spelling(string evidence, string canonical) =>
        Assert.Equal(canonical, Encoding.UTF8.GetString(CanonicalEvidence.Of(evidence)));

    [Fact]
    public void Members_are_in_one_order_whether_they_are_few_or_many()
    {
        var names = Enumerable.Range(0, 40).Select(n => $"m{n}").ToList();
        foreach (var count in (int[])[5, 32, 33, 40])
        {
            var few = names[..count];
            Assert.Equal(
                $"{{{string.Join(',', few.Order(StringComparer.Ordinal).Select(name => $"\"{name}\":1"))}}}",
                Encoding.UTF8.GetString(CanonicalEvidence.Of(
                    $"{{{string.Join(',', few.Select(name => $"\"{name}\":1"))}}}")));
        }
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
