using System.CommandLine;
using System.Text;
using System.Text.Json;
using DuckDB.NET.Data;

namespace RunLedger.Service.Query;

/// <summary>
/// <c>query-process</c>: not for people. The service starts itself so for each statement: what is wrong with one, or
/// too much, is this process's, which has no connection, no secret and no file but the archive's, and can be ended.
/// </summary>
static class QueryCommand
{
    public const string Name = "query-process";

    public static Command Create()
    {
        var command = new Command(Name, "Runs one SQL statement for the service that started it") { Hidden = true };
        command.SetAction(_ =>
        {
            using var input = Console.OpenStandardInput();
            using var output = Console.OpenStandardOutput();
            Serve(input, output);
            return 0;
        });
        return command;
    }

    public static void Serve(Stream input, Stream output)
    {
        using var orders = new BinaryReader(new BufferedStream(input, 64 * 1024), Encoding.UTF8);
        using var answers = new BinaryWriter(output, Encoding.UTF8);
        var order = JsonSerializer.Deserialize(orders.ReadString(), QueryJson.Default.QueryOrder)!;
        try
        {
            using var database = new QueryDatabase(order);
            var needs = database.Needs();
            answers.Write(JsonSerializer.Serialize(needs, QueryJson.Default.QueryNeeds));
            answers.Flush();
            if (needs.Refusal is not null)
                return;
            var files = JsonSerializer.Deserialize(orders.ReadString(), QueryJson.Default.QueryFiles)!;
            database.Fill(needs, files, orders);
            EndWith(orders);
            // Whole or not at all: what fails may do so after many rows.
            using var answer = new MemoryStream();
            database.Answer(answer);
            answer.WriteTo(output);
        }
        catch (Exception e) when (e is DuckDBException or InvalidCastException or OverflowException)
        {
            JsonSerializer.Serialize(output, new QueryAnswer { Fault = e.Message }, QueryJson.Default.QueryAnswer);
        }
    }

    // Whoever asked keeps its end open: when it is gone, by whatever, nobody waits for the answer.
    static void EndWith(BinaryReader orders) => new Thread(() =>
    {
        try
        {
            _ = orders.BaseStream.ReadByte();
        }
        catch (IOException)
        {
            // It is gone all the same.
        }

        Environment.Exit(0);
    })
    { IsBackground = true }.Start();
}
