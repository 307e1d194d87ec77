-- One request after the other: a full scan of a random batch, or a bare insert.
local token, kind = os.getenv("TOKEN"), os.getenv("KIND")
local batches = {}
for code in string.gmatch(os.getenv("BATCHES"), "[^,]+") do batches[#batches + 1] = code end
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init()
  math.randomseed(os.time() * 1000 + number * 7919 + math.floor(os.clock() * 1e6))
end

local function uuid()
  local template = "xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx"
  return (string.gsub(template, "x", function() return string.format("%x", math.random(0, 15)) end))
end

function request()
  local headers = { ["Content-Type"] = "application/json" }
  headers["Authorization"] = "Bearer " .. token
  if kind == "bare" then
    local body = string.format('{"scan_id":"%s","mass_g":%d}', uuid(), math.random(1, 900))
    return wrk.format("POST", "/bare", headers, body)
  end
  local now = os.date("!%Y-%m-%dT%H:%M:%SZ")
  -- A batch of another site than the first says its station and who works there.
  local batch = batches[math.random(#batches)]
  local code, station, own = string.match(batch, "([^@]+)@([^@]+)@([^@]+)")
  if own then headers["Authorization"] = "Bearer " .. own end
  code, station = code or batch, station or "S1-A"
  local body = string.format(
    '{"scan_id":"%s","station":"%s","scanned_at":"%s","parts":[{"destination":"reuse","mass_g":%d}]}',
    uuid(), station, now, math.random(1, 900))
  local path = "/api/v1/batches/" .. code .. "/sortings"
  return wrk.format("POST", path, headers, body)
end
