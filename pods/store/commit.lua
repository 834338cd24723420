-- All or nothing: check every precondition, then apply every change.
-- ARGV[1]: JSON {once, expect[], fields[], absent[], claims[], busy[], set[], add[], del[], free[], zadd[], zrem[], sadd[], srem[], hset[], incr[], xadd[]}
-- Answers a JSON list: ["done"], or the first precondition that failed and what stands there instead:
--   ["exists", value] ["conflict", key] ["claimed", key, value] ["busy", [[key, value], ...]]
local c = cjson.decode(ARGV[1])

if c.once then
  local there = redis.call('GET', c.once)
  if there then return cjson.encode({'exists', there}) end
end

for _, e in ipairs(c.expect or {}) do
  local there = redis.call('GET', e.key)
  if e.equals then
    if there ~= e.equals then return cjson.encode({'conflict', e.key}) end
  elseif not there or cjson.decode(there).version ~= e.version then
    return cjson.encode({'conflict', e.key})
  end
end

for _, e in ipairs(c.fields or {}) do
  local there = redis.call('HGET', e.key, e.field)
  local version = there and cjson.decode(there).version or 0
  if version ~= e.version then return cjson.encode({'conflict', e.key}) end
end

for _, e in ipairs(c.absent or {}) do
  if redis.call('EXISTS', e.key) == 1 then return cjson.encode({'conflict', e.key}) end
end

for _, e in ipairs(c.claims or {}) do
  local there = redis.call('GET', e.key)
  if there and there ~= e.value then return cjson.encode({'claimed', e.key, there}) end
end

local held = {}
for _, e in ipairs(c.busy or {}) do
  local there = redis.call('GET', e.key)
  if there and there ~= e.value then held[#held + 1] = {e.key, there} end
end
if #held > 0 then return cjson.encode({'busy', held}) end

for _, e in ipairs(c.claims or {}) do redis.call('SET', e.key, e.value, 'PX', e.px) end
for _, e in ipairs(c.busy or {}) do redis.call('SET', e.key, e.value) end
for _, e in ipairs(c.set or {}) do
  if e.px then redis.call('SET', e.key, e.value, 'PX', e.px) else redis.call('SET', e.key, e.value) end
end
for _, e in ipairs(c.add or {}) do redis.call('SET', e.key, e.value, 'PX', e.px, 'NX') end
for _, key in ipairs(c.del or {}) do redis.call('DEL', key) end
for _, e in ipairs(c.free or {}) do
  if redis.call('GET', e.key) == e.value then redis.call('DEL', e.key) end
end
for _, e in ipairs(c.zadd or {}) do
  redis.call('ZADD', e.key, e.score, e.member)
  if e.px then redis.call('PEXPIRE', e.key, e.px) end
end
for _, e in ipairs(c.zrem or {}) do redis.call('ZREM', e.key, e.member) end
for _, e in ipairs(c.sadd or {}) do redis.call('SADD', e.key, e.member) end
for _, e in ipairs(c.srem or {}) do redis.call('SREM', e.key, e.member) end
for _, e in ipairs(c.hset or {}) do redis.call('HSET', e.key, e.field, e.value) end
for _, e in ipairs(c.incr or {}) do
  redis.call('INCR', e.key)
  redis.call('PEXPIRE', e.key, e.px)
end
for _, e in ipairs(c.xadd or {}) do
  if e.maxlen then
    redis.call('XADD', e.key, 'MAXLEN', '~', e.maxlen, '*', 'entry', e.value)
  else
    redis.call('XADD', e.key, '*', 'entry', e.value)
  end
end
return cjson.encode({'done'})
