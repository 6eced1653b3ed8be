@echo off
rem Launcher for Windows: builds once, runs the host. "warehouse test" runs all tests.
setlocal
set DOTNET_CLI_TELEMETRY_OPTOUT=1
set DOTNET_NOLOGO=1
set HERE=%~dp0
where dotnet >nul 2>nul
if errorlevel 1 (
  echo warehouse: the .NET 10 SDK was not found on PATH. Install it from https://dotnet.microsoft.com/download and try again. 1>&2
  exit /b 1
)
if /i "%~1"=="test" (
  cd /d "%HERE%"
  dotnet test --solution Warehouse.sln -c Release
  exit /b %ERRORLEVEL%
)
set PROGRAM=%HERE%artifacts\bin\Warehouse.Reporting\release\warehouse.dll
dotnet build "%HERE%reporting\Warehouse.Reporting.csproj" -c Release -v q >"%TEMP%\warehouse-build.log" 2>&1
if errorlevel 1 (
  type "%TEMP%\warehouse-build.log" 1>&2
  echo warehouse: the build failed; the messages are above. 1>&2
  exit /b 1
)
dotnet "%PROGRAM%" %*
exit /b %ERRORLEVEL%
