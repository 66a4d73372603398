// What the pages beside a rail have and the till has not: charts that are read out, and the search across everything.
import "./chart.js";
import "./search.js";
