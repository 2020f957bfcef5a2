using Atelier.Http;

namespace FunctionApp.Tests.Http;

public sealed class CursorTests
{
    [Fact]
    public void TryParse_WhatToStringWrote_GivesTheSame()
    {
        var cursor = new Cursor(new DateTimeOffset(2026, 8, 1, 10, 20, 30, 456, TimeSpan.Zero), Guid.CreateVersion7());

        Assert.True(Cursor.TryParse(cursor.ToString(), out var parsed));
        Assert.Equal(cursor, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")]
    [InlineData("________________________________")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("AAAAAAAAAAAAAAAA AAAAAAAAAAAAAAA")]
    public void TryParse_Garbage_IsNoCursor(string text) => Assert.False(Cursor.TryParse(text, out _));
}
