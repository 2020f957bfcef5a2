using System.Text.Json.Serialization;

namespace EmbeddedHost.LocalServices;

/// <summary>Which services to start, and at which ports: read as JSON by <c>services.mjs</c>.</summary>
/// <param name="Postgres">PostgreSQL; <see langword="null"/>: it is not started.</param>
/// <param name="Azurite">Azurite; <see langword="null"/>: it is not started.</param>
internal sealed record ServicesPlan(PostgresPlan? Postgres, AzuritePlan? Azurite);

/// <summary>The PostgreSQL server to start.</summary>
internal sealed record PostgresPlan(int Port, string Password)
{
    private const string Name = "atelier"; // of the role and of its database, as postgres.mjs creates them

    [JsonIgnore]
    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Database={Name};Username={Name};Password={Password}";
}

/// <summary>The storage emulator to start: blobs alone, or with queues and tables, which the Functions runtime needs.</summary>
internal sealed record AzuritePlan(int Blob, int? Queue = null, int? Table = null)
{
    // The emulator's account and key are the same everywhere and public: https://learn.microsoft.com/azure/storage/common/storage-use-azurite
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    [JsonIgnore]
    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};{Endpoint("Blob", Blob)}{Endpoint("Queue", Queue)}{Endpoint("Table", Table)}";

    private static string Endpoint(string service, int? port) => port is null ? "" : $"{service}Endpoint=http://127.0.0.1:{port}/{Account};";
}
