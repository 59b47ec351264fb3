import {rmSync} from 'node:fs'
import {EmbeddedDatabase} from '../../../../src/adapters/embedded/database.js'
import {EmbeddedEventLog} from '../../../../src/adapters/embedded/event-log.js'
import {EmbeddedReadModel} from '../../../../src/adapters/embedded/read-model.js'
import {EmbeddedStateStore} from '../../../../src/adapters/embedded/state-store.js'
const dir='/tmp/emb/bench'; rmSync(dir,{recursive:true,force:true})
const db=await EmbeddedDatabase.open(dir)
const log=await EmbeddedEventLog.open(db,{clock:{now:()=>Date.now() as never},batchSize:500})
const store=new EmbeddedStateStore(db), model=new EmbeddedReadModel(db)
const payload=Buffer.from(JSON.stringify({transaction_id:'t12345678',user_id:'u123456',amount:123.45,event_time:1760000000000,merchant_id:'m12345',currency:'USD',channel:'online',mcc:'5411',country:'US',lat:40.7,lon:-74,device_id:'d123456',ip:'10.1.2.3',auth_result:'approved',pad:'x'.repeat(100)}))
console.log('payload',payload.length)
const N=200_000
for (let r=0;r<3;r++){ let t=performance.now(); let end=log.end; log.seek(0,end)
 for(let i=0;i<N;i+=500){ const recs=Array.from({length:500},()=>({stream:'transactions',bytes:payload,refusal:undefined,ingestedAt:Date.now() as never})); await log.append(0,recs); const b=await log.next(); if(b?.records.length!==500) throw new Error('x') }
 let dt=performance.now()-t; console.log('append+read lockstep', (N/dt*1000).toFixed(0),'/s') }
for (let r=0;r<3;r++){ let t=performance.now(); let end=log.end; log.seek(0,end); let got=0
 const writers=Array.from({length:8},async()=>{ for(let i=0;i<N/8;i+=500){const recs=Array.from({length:500},()=>({stream:'transactions',bytes:payload,refusal:undefined,ingestedAt:Date.now() as never})); await log.append(0,recs)} })
 const rd=(async()=>{ while(got<N){ got+=(await log.next())!.records.length } })()
 await Promise.all([...writers,rd]); const dt=performance.now()-t; console.log('append(8 senders)+read', (N/dt*1000).toFixed(0),'/s') }
{ log.seek(0,0); let got=0; const t=performance.now(); while(got<N*6) {got+=(await log.next())!.records.length}; console.log('read from disk',(got/(performance.now()-t)*1000).toFixed(0),'/s') }
{ const t=performance.now(); for(let i=0;i<300;i++) await log.append(0,[{stream:'transactions',bytes:payload,refusal:undefined,ingestedAt:1 as never}]); console.log('single durable append ms',((performance.now()-t)/300).toFixed(2)) }
const {epoch}=await store.open(0); let off=0; let seq=0
const fields={amount:12.3,amount_usd:12.3,merchant_id:'m12345',country:'US',device_id:'d123456',mcc:'5411',type:'purchase',lat:40.7,lon:-74}
const dec=(id:string,u:string)=>({transaction_id:id,user_id:u,decision:'approve' as const,revision:0,score:null,rules:[],reasons:[],model:null,bundle:'9f2c9f2c9f2c',degraded:['model'],event_time:'2026-01-31T12:00:00.000Z',decided_at:'2026-01-31T12:00:00.000Z',latency_ms:3.2})
let tc=0,tp=0; const lat:number[]=[]
for(let k=0;k<200;k++){ const keys=Array.from({length:500},(_,i)=>{const n=off+i; return {key:`u${(n*7919)%20000}`,appended:[{stream:'transactions',rank:2,time:(1.76e12+n) as never,id:`t${n}`,fields,predicates:[],contentHash:123456789012345}],removed:[],judgement:{rules:[],decisions:[{transaction:`t${n}`,decision:'approve' as const,revision:0,hits:[]}]},expiry:1.76e12 as never}})
 const outbox={partition:0,sequence:++seq,alerts:[],decisions:keys.map((x,i)=>dec(`t${off+i}`,x.key)),deadLetters:[],late:[]}
 const t=performance.now()
 await store.commit(0,{epoch,fromOffset:off,checkpoint:{offset:off+500,time:{watermark:null,wall:0 as never,inputs:{}},ledger:{},bundle:'x',outboxSequence:seq},keys,profiles:[],visits:keys.map((x,i)=>({merchant:'m1',key:x.key,time:(1.76e12+off+i) as never})),visitsSettledUpTo:(1.76e12+off-5000) as never,outbox,publishedUpTo:seq-1})
 const t2=performance.now(); await model.publish(outbox); const t3=performance.now()
 tc+=t2-t; tp+=t3-t2; lat.push(t2-t); off+=500 }
lat.sort((a,b)=>a-b)
console.log('commit 500 events/500 keys + judgement+expiry+visit+outbox: mean',(tc/200).toFixed(2),'ms p50',lat[100]!.toFixed(2),'p99',lat[198]!.toFixed(2),'; publish 500 decisions mean',(tp/200).toFixed(2),'ms')
for(let r=0;r<3;r++){const ks=Array.from({length:500},()=>`u${Math.floor(Math.random()*20000)}`); const t=performance.now(); const l=await store.load(0,ks); console.log('load 500 keys',(performance.now()-t).toFixed(1),'ms', l.reduce((s,k)=>s+(k?.events.length??0),0),'events')}
{const t=performance.now(); const o=await store.open(0); console.log('open',(performance.now()-t).toFixed(0),'ms', o.expiries.length, o.visits.length)}
{const t=performance.now(); console.log('expire log', await log.expire(1e9, (Date.now()+8*864e5) as never),(performance.now()-t).toFixed(0),'ms')}
await db.close()
console.log('rss MB',(process.memoryUsage().rss/1e6).toFixed(0))
