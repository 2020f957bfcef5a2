export function printTable(results) { console.log(JSON.stringify(results, null, 1).slice(0, 3000)); }
export function writeReport() {}
