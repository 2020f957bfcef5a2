using Atelier.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace FunctionApp.Tests.Persistence;

public sealed class TransientFailureTests
{
    [Theory]
    [InlineData("25006")] // read-only
    [InlineData("28000")] // may not log in
    [InlineData("28P01")] // wrong password, an expired token
    [InlineData("40001")] // serialization failure
    [InlineData("53100")] // disk full
    [InlineData("53300")] // too many connections
    [InlineData("55P03")] // a lock was not available in time
    [InlineData("57014")] // statement timeout
    [InlineData("57P01")] // shut down
    [InlineData("58030")] // I/O error
    [InlineData("XX000")] // internal error
    public void Outage_IsTransient(string sqlState) => Assert.True(TransientFailure.Is(Wrapped(sqlState)));

    [Theory]
    [InlineData("22021")] // not a character
    [InlineData("23505")] // unique violation
    [InlineData("42501")] // missing right
    [InlineData("42P01")] // missing table
    public void ErrorOfTheStatement_IsNotTransient(string sqlState) => Assert.False(TransientFailure.Is(Wrapped(sqlState)));

    private static DbUpdateException Wrapped(string sqlState) => new("Not saved.", new PostgresException("No.", "ERROR", "ERROR", sqlState));
}
